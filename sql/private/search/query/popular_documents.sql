-- Helper. Returns the documents with numbers up to as_of that match the filters, ordered by popularity; 1,000 at most.
-- With wishes, those that have one of the marks come first, those with a literal one before others, and only they are
-- returned.
create or replace function private.popular_documents(
    filters private.search_filters, wishes text[], wishes_2 text[], literal text[], viewer private.viewer,
    as_of integer, count integer
)
returns table (document integer)
language plpgsql stable rows 200 set search_path = '' set random_page_cost = 1.1 set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
    if wishes is null then
        return query
        select d.document
        from private.search_documents as d
        join public.items as i on i.id = d.item_id
        where d.document <= as_of and private.is_visible_match(d, i, filters, viewer)
        order by d.popularity desc, d.document
        limit popular_documents.count;
    else
        return query
        select d.document
        from private.search_documents as d
        join public.items as i on i.id = d.item_id
        where
            d.marks && (wishes || wishes_2)
            and d.document <= as_of
            and private.is_visible_match(d, i, filters, viewer)
        order by
            (d.marks && wishes)::integer + coalesce((d.marks && wishes_2)::integer, 0) desc,
            (d.marks && literal)::integer desc, d.popularity desc, d.document
        limit popular_documents.count;
    end if;
end
$$;
comment on function private.popular_documents(
    private.search_filters, text[], text[], text[], private.viewer, integer, integer
) is
'Returns the documents that match filters, by popularity.';
revoke execute on function private.popular_documents(
    private.search_filters, text[], text[], text[], private.viewer, integer, integer
) from public;
grant execute on function private.popular_documents(
    private.search_filters, text[], text[], text[], private.viewer, integer, integer
) to anon, authenticated, service_role;
