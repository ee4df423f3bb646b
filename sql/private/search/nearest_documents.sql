-- Documents nearest in meaning to a vector among those that pass the filters, as many as asked for if so many pass.
-- Up to 8,000 that pass are compared one by one; among more, the index of each kind is walked until it has enough.
create or replace function private.nearest_documents(
    query_embedding extensions.vector,
    filters private.search_filters,
    viewer private.viewer,
    as_of integer,
    count integer
)
returns table (document integer, similarity double precision)
language plpgsql stable rows 100 set search_path = '' set random_page_cost = 1.1 set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_few constant integer := 8000;
    v_passing integer[];
begin
    if query_embedding is null then
        return;
    end if;
    if num_nonnulls(filters.genre, filters.language, filters.year_from, filters.year_to, filters.tier) > 0 then
        v_passing := array(
            select d.document
            from private.search_documents as d
            join public.items as i on i.id = d.item_id
            where private.passes(d, i, filters, viewer)
            limit v_few + 1
        );
    end if;
    if cardinality(v_passing) <= v_few then
        return query
        select d.document, 1 - (e.embedding operator(extensions.<=>) query_embedding) as similarity
        from private.search_documents as d
        join public.item_embeddings as e on e.item_id = d.item_id
        where d.document = any(v_passing) and d.document <= as_of
        order by similarity desc, d.document
        limit nearest_documents.count;
    else
        return query
        select n.document, n.similarity
        from unnest(array['movie', 'tv_show', 'sports', 'book']) as k (kind)
        cross join lateral private.nearest_of_kind(
            query_embedding, k.kind, filters, viewer, as_of, nearest_documents.count
        ) as n
        where filters.kind is null or filters.kind = k.kind
        order by n.similarity desc, n.document
        limit nearest_documents.count;
    end if;
end
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
