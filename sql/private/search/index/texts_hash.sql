-- Helper. Returns a hash of an item's searched texts. If it is unchanged, the postings need no rebuild.
create or replace function private.texts_hash(source private.search_sources) returns uuid
language sql immutable set search_path = ''
as $$
    select md5(
        concat_ws(
            chr(1), source.title, source.original_title, array_to_string(source.authors, chr(2)), source.subtitle,
            source.overview, source.genre_names, source.tags,
            nullif(
                concat_ws(
                    chr(1), array_to_string(source.alternative_titles, chr(2)), source.directors, source.cast_names,
                    source.keywords, source.facts, source.translations
                ),
                ''
            )
        )
    )::uuid
$$;
comment on function private.texts_hash(private.search_sources) is
'Returns a hash of the texts of an item that are searched by words.';
revoke execute on function private.texts_hash(private.search_sources) from public;
grant execute on function private.texts_hash(private.search_sources) to service_role;
