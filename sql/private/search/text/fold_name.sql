-- Helper. Returns a name in lower case, without accents, with single spaces instead of punctuation and white space, and
-- with compatible characters unified (NFKC), such as half-width kana. A name of punctuation alone stays as it is.
create or replace function private.fold_name(name text) returns text
language sql stable set search_path = ''
as $$
    select coalesce(
        nullif(
            btrim(
                regexp_replace(
                    lower(normalize(extensions.unaccent('extensions.unaccent'::regdictionary, name), nfkc)),
                    '[[:punct:][:space:]]+', ' ', 'g'
                )
            ),
            ''
        ),
        lower(btrim(name))
    )
$$;
comment on function private.fold_name(text) is 'Returns a name without case, accents and punctuation.';
revoke execute on function private.fold_name(text) from public;
grant execute on function private.fold_name(text) to anon, authenticated, service_role;
