-- Helper. Returns the items that match the filters of a search without a query, first by sort (popularity, year, rating
-- or title; popularity if null); 1,000 at most.
create or replace function private.browse_documents(
    filters private.search_filters, sort text, viewer private.viewer, as_of integer
)
returns setof private.search_match
language plpgsql stable rows 200 set search_path = '' set random_page_cost = 1.1 set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_most constant integer := 1000;
    v_documents integer[];
begin
    case coalesce(browse_documents.sort, 'popularity')
        when 'popularity' then
            v_documents := array(
                select p.document from private.popular_documents(filters, null, null, null, viewer, as_of, v_most) as p
            );
        when 'year' then
            v_documents := array(
                select d.document
                from private.search_documents as d
                join public.items as i on i.id = d.item_id
                where d.document <= as_of and private.is_visible_match(d, i, filters, viewer)
                order by d.year desc nulls last, d.popularity desc, d.document
                limit v_most
            );
        when 'rating' then
            v_documents := array(
                select d.document
                from private.search_documents as d
                join public.items as i on i.id = d.item_id
                left join public.item_stats as s on s.item_id = d.item_id
                where d.document <= as_of and private.is_visible_match(d, i, filters, viewer)
                order by s.rating_sum / nullif(s.rating_count, 0) desc nulls last, d.popularity desc, d.document
                limit v_most
            );
        else
            v_documents := array(
                select d.document
                from private.search_names as n
                join private.search_documents as d on d.document = n.document
                join public.items as i on i.id = d.item_id
                where
                    n.is_whole and n.field = 'title'
                    and d.document <= as_of and private.is_visible_match(d, i, filters, viewer)
                order by n.start, d.popularity desc, d.document
                limit v_most
            );
    end case;
    return query
    select
        u.document, 1.0::double precision / (60 + u.rank), null::real, null::real, null::real,
        private.item_tier(i, viewer)
    from unnest(v_documents) with ordinality as u (document, rank)
    join private.search_documents as d on d.document = u.document
    join public.items as i on i.id = d.item_id;
end
$$;
comment on function private.browse_documents(private.search_filters, text, private.viewer, integer) is
'Returns the items that match filters, in a chosen order.';
revoke execute on function private.browse_documents(private.search_filters, text, private.viewer, integer) from public;
grant execute on function private.browse_documents(private.search_filters, text, private.viewer, integer)
to anon, authenticated, service_role;
