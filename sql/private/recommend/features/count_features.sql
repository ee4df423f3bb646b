-- Worker. Counts the features of the catalogue again (private.item_features): for each value its share of all items,
-- each counted once and once more for each published rating (private.feature_shares), and its 200 most popular items of
-- each kind (private.feature_items). It reads no rating but published figures. It does nothing if the counts are
-- younger than a day and the number of items changed by a tenth at most.
create or replace function private.count_features() returns void
language plpgsql set search_path = ''
as $$
declare
    v_items bigint := (select count(*) from public.items);
begin
    if exists (
        select
        from private.feature_shares as s
        where s.counted_at > now() - interval '1 day' and abs(s.catalog_size - v_items) * 10 <= v_items
    ) then
        return;
    end if;
    delete from private.feature_shares;
    delete from private.feature_items;
    insert into private.feature_shares (feature, value, share, catalog_size)
    select
        f.feature,
        f.value,
        greatest(0.0001, least(0.9999, sum(1 + coalesce(s.rating_count, 0))::double precision / max(a.weight))),
        v_items
    from private.item_features as f
    left join public.item_stats as s on s.item_id = f.item_id
    cross join (
        select v_items + coalesce(sum(s.rating_count), 0) as weight from public.item_stats as s
    ) as a
    group by f.feature, f.value;
    insert into private.feature_items (feature, value, kind, rank, item_id)
    select r.feature, r.value, r.kind, r.rank, r.item_id
    from (
        select
            f.feature,
            f.value,
            i.kind,
            f.item_id,
            row_number() over (
                partition by f.feature, f.value, i.kind
                order by s.rating_sum desc nulls last, c.popularity desc, f.item_id
            ) as rank
        from private.item_features as f
        join public.items as i on i.id = f.item_id
        join public.catalog_items as c on c.id = f.item_id
        left join public.item_stats as s on s.item_id = f.item_id
    ) as r
    where r.rank <= 200;
end
$$;
comment on function private.count_features() is
'Counts how common each feature of items is, and which of its items are the most popular.';
revoke execute on function private.count_features() from public;
grant execute on function private.count_features() to service_role;
