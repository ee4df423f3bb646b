-- Helper. Returns the documents of a kind nearest to the query embedding that match the filters. If at most 8,000
-- documents match the filters, all are compared exactly (pre-filtering), and visibility is checked from the nearest on.
-- If more match, or without filters, the HNSW index is scanned and the filters are checked on each result
-- (post-filtering). A sample of 2 % of the documents, always the same one, estimates the number of matches, so that
-- large numbers are not counted.
create or replace function private.nearest_filtered(
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
    v_sampled integer;
    v_items uuid[];
begin
    if num_nonnulls(
        filters.genre, filters.language, filters.year_from, filters.year_to, filters.tier, filters.marks_1
    ) > 0 then
        v_sampled := (
            select count(*)
            from private.search_documents as d tablesample system (2) repeatable (0)
            where d.kind = nearest_filtered.kind and private.matches_filters(d, filters)
        );
    end if;
    if v_sampled * 50 <= v_few * 1.5 then
        v_items := array(
            select d.item_id
            from private.search_documents as d
            where d.kind = nearest_filtered.kind and d.document <= as_of and private.matches_filters(d, filters)
            limit v_few + 1
        );
    end if;
    if cardinality(v_items) <= v_few then
        return query
        select f.document, f.similarity
        from (
            select
                m.item_id, m.similarity,
                (
                    select d.document
                    from private.search_documents as d
                    join public.items as i on i.id = d.item_id
                    where d.item_id = m.item_id and private.is_visible_match(d, i, filters, viewer)
                ) as document
            from (
                select e.item_id, 1 - (e.embedding operator(extensions.<=>) query_embedding) as similarity
                from public.item_embeddings as e
                where e.item_id = any(v_items)
                order by similarity desc, e.item_id
                offset 0
            ) as m
            order by m.similarity desc, m.item_id
            offset 0
        ) as f
        where f.document is not null
        order by f.similarity desc, f.item_id
        limit nearest_filtered.count;
    else
        return query
        select n.document, n.similarity
        from private.nearest_by_index(
            query_embedding, nearest_filtered.kind, filters, viewer, as_of, nearest_filtered.count
        ) as n;
    end if;
end
$$;
comment on function private.nearest_filtered(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) is
'Returns the documents of a kind nearest to a query embedding that match the filters.';
revoke execute on function private.nearest_filtered(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) from public;
grant execute on function private.nearest_filtered(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) to anon, authenticated, service_role;
