-- Worker. Updates the popularity of up to `batch` search documents and their names where ratings and trends changed it
-- by more than 5 %; returns their number. Smaller changes wait, because trends fall all the time. Each call is one
-- transaction: call it until it returns 0. It locks items in the order of private.index_items, which writes the same
-- rows.
create or replace function private.refresh_popularity(batch integer default 1000) returns integer
language plpgsql set search_path = ''
as $$
declare
    v_items uuid[];
begin
    select array_agg(c.item_id) into v_items
    from (
        select d.item_id
        from private.search_documents as d
        join public.catalog_items as i on i.id = d.item_id
        cross join lateral private.item_popularity(d.item_id, i.popularity) as p
        where abs(p - d.popularity) > 0.05 * d.popularity
        order by d.item_id
        limit refresh_popularity.batch
    ) as c;
    perform from public.items as i where i.id = any(v_items) order by i.id for no key update;

    update private.search_documents as d set popularity = private.item_popularity(d.item_id, i.popularity)
    from public.catalog_items as i
    where d.item_id = any(v_items) and i.id = d.item_id;
    update private.search_names as n set popularity = d.popularity
    from private.search_documents as d
    where d.item_id = any(v_items) and n.document = d.document;
    return coalesce(cardinality(v_items), 0);
end
$$;
comment on function private.refresh_popularity(integer) is
'Updates the popularity in the search index from ratings and trends; returns how many documents changed.';
revoke execute on function private.refresh_popularity(integer) from public;
