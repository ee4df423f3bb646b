-- Helper. Returns the documents of a kind nearest to the query embedding that match the filters, by an iterative scan
-- of the kind's HNSW index until enough match. The index stores vectors at half precision, so 10 more than requested
-- are read and sorted by their stored full-precision vectors. It is planned at each call, so that the index of this
-- kind is used.
-- The first statement loads pgvector: otherwise a role without superuser rights could not set its settings below.
select '[0]'::extensions.vector;

create or replace function private.nearest_by_index(
    query_embedding extensions.vector,
    kind text,
    filters private.search_filters,
    viewer private.viewer,
    as_of integer,
    count integer
)
returns table (document integer, similarity double precision)
language plpgsql stable rows 100 set search_path = ''
set hnsw.ef_search = 180 set hnsw.iterative_scan = strict_order set hnsw.max_scan_tuples = 200000
set hnsw.scan_mem_multiplier = 16
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
    return query
    with near as materialized (
        select d.document, e.embedding
        from public.item_embeddings as e
        join private.search_documents as d on d.item_id = e.item_id
        join public.items as i on i.id = e.item_id
        where e.kind = nearest_by_index.kind and d.document <= as_of and private.is_visible_match(d, i, filters, viewer)
        order by
            e.embedding::extensions.halfvec(384)
            operator(extensions.<=>) query_embedding::extensions.halfvec(384)
        limit nearest_by_index.count + 10
    ), measured as (
        select n.document, n.embedding operator(extensions.<=>) query_embedding as distance from near as n
    )
    select m.document, 1 - m.distance
    from measured as m
    order by m.distance, m.document
    limit nearest_by_index.count;
end
$$;
comment on function private.nearest_by_index(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) is
'Returns the nearest documents of a kind that match the filters, from the HNSW index.';
revoke execute on function private.nearest_by_index(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) from public;
grant execute on function private.nearest_by_index(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) to anon, authenticated, service_role;
