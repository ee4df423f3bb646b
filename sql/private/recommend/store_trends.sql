-- Add events to the trends of their items, everywhere and in their country (null: unknown): the three lists go
-- together. Rows are taken in order of item and country, so that two batches cannot wait for each other in a circle.
-- For triggers, which run it as the owner.
create or replace function private.store_trends(item_ids uuid[], countries text[], trends double precision[])
returns void
language sql set search_path = ''
as $$
    insert into public.item_trends as t (item_id, country, kind, language, trend)
    select i.id, p.country, i.kind, i.language, private.sum_trends(e.trend)
    from unnest(store_trends.item_ids, store_trends.countries, store_trends.trends) as e (item_id, country, trend)
    cross join lateral (values ('001'), (e.country)) as p (country)
    join public.items as i on i.id = e.item_id
    where e.trend > '-infinity' and p.country is not null
    group by i.id, p.country
    order by i.id, p.country
    on conflict (item_id, country) do update set
        language = excluded.language,
        trend = private.add_trends(t.trend, excluded.trend)
$$;
comment on function private.store_trends(uuid[], text[], double precision[]) is
'Adds events to the trends of their items.';
revoke execute on function private.store_trends(uuid[], text[], double precision[]) from public;
