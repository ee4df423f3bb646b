-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- source: sql/private/search/nearest.sql
-- Items of a kind nearest to a vector, best first, that the viewer may see (none: everything). Planned at each call,
-- so that the index of that kind is used; it is scanned on until as many are found as asked for. The index holds
-- vectors at half precision and is read in relaxed order, which loses none: some more than asked are taken from it,
-- and put in order by the stored ones.
-- The first statement loads pgvector: only then may one who is no superuser name its settings.
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
'Items of a kind nearest to a vector.';
revoke execute on function private.nearest(extensions.vector, text, integer, private.viewer) from public;
grant execute on function private.nearest(extensions.vector, text, integer, private.viewer)
to anon, authenticated, service_role;

-- source: sql/private/search/nearest_of_kind.sql
-- Documents of a kind nearest to a vector among those that pass the filters: the index of that kind is walked until
-- there are enough, and some more, since it is of half precision: the stored vectors decide. Planned at each call, so
-- that it is this index.
-- The first statement loads pgvector: only then may one who is no superuser name its settings.
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
        where e.kind = nearest_of_kind.kind and d.document <= as_of and private.is_visible_match(d, i, filters, viewer)
        order by
            e.embedding::extensions.halfvec(384)
            operator(extensions.<=>) query_embedding::extensions.halfvec(384)
        limit nearest_of_kind.count + 10
    ), measured as (
        select n.document, n.embedding operator(extensions.<=>) query_embedding as distance from near as n
    )
    select m.document, 1 - m.distance
    from measured as m
    order by m.distance, m.document
    limit nearest_of_kind.count;
end
$$;
comment on function private.nearest_by_index(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) is 'Documents of a kind nearest to a vector among those that pass the filters.';
revoke execute on function private.nearest_by_index(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) from public;
grant execute on function private.nearest_by_index(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) to anon, authenticated, service_role;
