-- Where a page of a search ended, as text that is nobody's to read: of which search, among which documents, the last
-- one's score and number.
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
comment on function private.write_cursor(text, integer, double precision, integer) is 'Where a page of a search ended.';
revoke execute on function private.write_cursor(text, integer, double precision, integer) from public;
grant execute on function private.write_cursor(text, integer, double precision, integer)
to anon, authenticated, service_role;
