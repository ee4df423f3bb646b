-- A hash of all that is searched by words in an item: another one means other words.
create or replace function private.texts_hash(source private.search_sources) returns uuid
language sql immutable set search_path = ''
as $$
    select md5(
        concat_ws(
            chr(1), source.title, source.original_title, array_to_string(source.authors, chr(2)), source.subtitle,
            source.overview, source.genre_names, source.tags
        )
    )::uuid
$$;
comment on function private.texts_hash(private.search_sources) is 'A hash of what is searched by words in an item.';
revoke execute on function private.texts_hash(private.search_sources) from public;
grant execute on function private.texts_hash(private.search_sources) to service_role;
