-- Helper. Returns a name in lower case, without accents, with single spaces instead of punctuation and white space. A
-- name of punctuation alone stays as it is.
create or replace function private.folded(name text) returns text
language sql stable set search_path = ''
as $$
    select coalesce(
        nullif(
            btrim(
                regexp_replace(
                    lower(extensions.unaccent('extensions.unaccent'::regdictionary, name)),
                    '[[:punct:][:space:]]+', ' ', 'g'
                )
            ),
            ''
        ),
        lower(btrim(name))
    )
$$;
comment on function private.folded(text) is 'Returns a name without case, accents and punctuation.';
revoke execute on function private.folded(text) from public;
grant execute on function private.folded(text) to anon, authenticated, service_role;
