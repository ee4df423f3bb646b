-- Documents of a kind nearest to a vector among those that pass the filters, as many as asked for if so many pass.
-- Up to 8,000 that fit them are compared one by one, and whether the viewer may see them is asked of the nearest; among
-- more, and without filters, the index is walked until it has enough.
create or replace function private.nearest_fitting(
    query_embedding extensions.vector,
    kind text,
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
    v_documents integer[];
    v_items uuid[];
begin
    if num_nonnulls(filters.genre, filters.language, filters.year_from, filters.year_to, filters.tier) > 0 then
        select coalesce(array_agg(f.document), '{}'), array_agg(f.item_id) into v_documents, v_items
        from (
            select d.document, d.item_id
            from private.search_documents as d
            where d.kind = nearest_fitting.kind and private.fits(d, filters)
            limit v_few + 1
        ) as f;
    end if;
    if cardinality(v_documents) <= v_few then
        return query
        select m.document, m.similarity
        from (
            select f.document, f.item_id, 1 - (e.embedding operator(extensions.<=>) query_embedding) as similarity
            from unnest(v_documents, v_items) as f (document, item_id)
            join public.item_embeddings as e on e.item_id = f.item_id
            where f.document <= as_of
            order by similarity desc, f.document
            offset 0
        ) as m
        where (
            select private.passes(d, i, filters, viewer)
            from private.search_documents as d
            join public.items as i on i.id = d.item_id
            where d.document = m.document
        )
        order by m.similarity desc, m.document
        limit nearest_fitting.count;
    else
        return query
        select n.document, n.similarity
        from private.nearest_of_kind(
            query_embedding, nearest_fitting.kind, filters, viewer, as_of, nearest_fitting.count
        ) as n;
    end if;
end
$$;
comment on function private.nearest_fitting(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) is 'Documents of a kind nearest to a vector among those that pass the filters.';
revoke execute on function private.nearest_fitting(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) from public;
grant execute on function private.nearest_fitting(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) to anon, authenticated, service_role;
