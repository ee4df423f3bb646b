-- Helper. Returns the items of a kind nearest to a vector that the viewer may see (null: all items), best first. It is
-- planned at each call, so that the HNSW index of this kind is used; the index is scanned until enough visible items
-- are found. The index stores vectors at half precision and is read in relaxed order, so 10 candidates more than
-- requested are read and sorted by their stored full-precision vectors.
-- The first statement loads pgvector: otherwise a role without superuser rights could not set its settings below.
select '[0]'::extensions.vector;

create or replace function private.nearest(
    query_embedding extensions.vector, kind text, count integer, viewer private.viewer default null
)
returns table (item_id uuid, similarity double precision)
language plpgsql stable rows 20 set search_path = '' set hnsw.ef_search = 240
set hnsw.iterative_scan = relaxed_order set hnsw.max_scan_tuples = 200000 set hnsw.scan_mem_multiplier = 16
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
    return query
    with near as materialized (
        select e.item_id, e.embedding
        from public.item_embeddings as e
        where
            e.kind = nearest.kind
            and (select private.is_available(i, viewer) from public.items as i where i.id = e.item_id)
        order by
            e.embedding::extensions.halfvec(384)
            operator(extensions.<=>) nearest.query_embedding::extensions.halfvec(384)
        limit nearest.count + 10
    ), measured as (
        select n.item_id, n.embedding operator(extensions.<=>) nearest.query_embedding as distance from near as n
    )
    select m.item_id, 1 - m.distance
    from measured as m
    order by m.distance, m.item_id
    limit nearest.count;
end
$$;
comment on function private.nearest(extensions.vector, text, integer, private.viewer) is
'Returns the items of a kind nearest to a vector, by cosine similarity.';
revoke execute on function private.nearest(extensions.vector, text, integer, private.viewer) from public;
grant execute on function private.nearest(extensions.vector, text, integer, private.viewer)
to anon, authenticated, service_role;
