-- Helper. Returns the documents nearest to the query embedding that match the filters. Each kind is searched
-- separately, because one may have many matches and another few.
create or replace function private.nearest_documents(
    query_embedding extensions.vector,
    filters private.search_filters,
    viewer private.viewer,
    as_of integer,
    count integer
)
returns table (document integer, similarity double precision)
language sql stable rows 100 set search_path = ''
as $$
    select n.document, n.similarity
    from unnest(array['movie', 'tv_show', 'sports', 'book']) as k (kind)
    cross join lateral private.nearest_filtered(
        query_embedding, k.kind, filters, viewer, as_of, nearest_documents.count
    ) as n
    where query_embedding is not null and (filters.kind is null or filters.kind = k.kind)
    order by n.similarity desc, n.document
    limit nearest_documents.count
$$;
comment on function private.nearest_documents(
    extensions.vector, private.search_filters, private.viewer, integer, integer
) is
'Returns the documents nearest to a query embedding that match the filters.';
revoke execute on function private.nearest_documents(
    extensions.vector, private.search_filters, private.viewer, integer, integer
) from public;
grant execute on function private.nearest_documents(
    extensions.vector, private.search_filters, private.viewer, integer, integer
) to anon, authenticated, service_role;
