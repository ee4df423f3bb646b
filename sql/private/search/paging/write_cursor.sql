-- Helper. Encodes where a page of a search ended (keyset cursor) as an opaque token: the search, the number up to which
-- documents were searched, and the score and number of the last match.
create or replace function private.write_cursor(
    search text, as_of integer, score double precision, document integer
)
returns text
language sql immutable set search_path = ''
as $$
    select translate(
        encode(
            convert_to(
                jsonb_build_object('search', search, 'as_of', as_of, 'score', score, 'document', document)::text, 'utf8'
            ),
            'base64'
        ),
        E'+/=\n', '-_'
    )
$$;
comment on function private.write_cursor(text, integer, double precision, integer) is
'Encodes where a page of a search ended as an opaque cursor.';
revoke execute on function private.write_cursor(text, integer, double precision, integer) from public;
grant execute on function private.write_cursor(text, integer, double precision, integer)
to anon, authenticated, service_role;
