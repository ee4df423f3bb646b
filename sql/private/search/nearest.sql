-- Items of a kind nearest to a vector, best first, that the viewer may see (none: everything). Planned at each call,
-- so that the index of that kind is used; scanned on until as many are found as asked for.
-- The first statement loads pgvector: only then may one who is no superuser name its settings.
select '[0]'::extensions.vector;

create or replace function private.nearest(
    query_embedding extensions.vector, kind text, count integer, viewer private.viewer default null
)
returns table (item_id uuid, similarity double precision)
language plpgsql stable rows 20 set search_path = '' set hnsw.ef_search = 200
set hnsw.iterative_scan = strict_order set plan_cache_mode = force_custom_plan
as $$
begin
    return query
    select e.item_id, 1 - (e.embedding operator(extensions.<=>) query_embedding)
    from public.item_embeddings as e
    where
        e.kind = nearest.kind
        and (select private.is_available(i, viewer) from public.items as i where i.id = e.item_id)
    order by e.embedding operator(extensions.<=>) query_embedding
    limit nearest.count;
end
$$;
comment on function private.nearest(extensions.vector, text, integer, private.viewer) is 'Items of a kind nearest to a vector.';
revoke execute on function private.nearest(extensions.vector, text, integer, private.viewer) from public;
grant execute on function private.nearest(extensions.vector, text, integer, private.viewer) to anon, authenticated, service_role;
