-- Documents nearest in meaning to a vector among those that pass the filters, as many as asked for if so many pass; of
-- each kind by itself: there may be many of one that pass, and few of another.
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
    cross join lateral private.nearest_fitting(
        query_embedding, k.kind, filters, viewer, as_of, nearest_documents.count
    ) as n
    where query_embedding is not null and (filters.kind is null or filters.kind = k.kind)
    order by n.similarity desc, n.document
    limit nearest_documents.count
$$;
comment on function private.nearest_documents(
    extensions.vector, private.search_filters, private.viewer, integer, integer
) is 'Documents nearest in meaning to a vector among those that pass the filters.';
revoke execute on function private.nearest_documents(
    extensions.vector, private.search_filters, private.viewer, integer, integer
) from public;
grant execute on function private.nearest_documents(
    extensions.vector, private.search_filters, private.viewer, integer, integer
) to anon, authenticated, service_role;
