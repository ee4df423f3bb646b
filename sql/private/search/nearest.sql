-- Items of a kind nearest to a vector, best first. Planned at each call, so that the index of that kind is used.
-- The first statement loads pgvector: only then may one who is no superuser name its settings.
select '[0]'::extensions.vector;

create or replace function private.nearest(query_embedding extensions.vector, kind text, count integer)
returns table (item_id uuid, similarity double precision)
language plpgsql stable rows 20 set search_path = '' set hnsw.ef_search = 200 set plan_cache_mode = force_custom_plan
as $$
begin
    return query
    select e.item_id, 1 - (e.embedding operator(extensions.<=>) query_embedding)
    from public.item_embeddings as e
    where e.kind = nearest.kind
    order by e.embedding operator(extensions.<=>) query_embedding
    limit nearest.count;
end
$$;
comment on function private.nearest(extensions.vector, text, integer) is 'Items of a kind nearest to a vector.';
revoke execute on function private.nearest(extensions.vector, text, integer) from public;
grant execute on function private.nearest(extensions.vector, text, integer) to anon, authenticated, service_role;
