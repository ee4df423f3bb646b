-- A name in lower case, without accents, its words parted by single spaces; one of punctuation alone stays as it is.
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
comment on function private.folded(text) is 'A name without case, accents and punctuation.';
revoke execute on function private.folded(text) from public;
grant execute on function private.folded(text) to anon, authenticated, service_role;
