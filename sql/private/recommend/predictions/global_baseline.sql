-- Helper. Returns the exact global baseline: the mean rating of the 1,000 most popular items, which have most of all
-- ratings; null if nothing is rated. It is computed at each call, so no job has to maintain it.
create or replace function private.global_baseline() returns double precision
language sql stable set search_path = ''
as $$
    select sum(s.rating_sum) / sum(s.rating_count)
    from (
        select i.rating_sum, i.rating_count
        from private.item_counts as i
        where i.rating_sum > 0
        order by i.rating_sum desc, i.item_id
        limit 1000
    ) as s
$$;
comment on function private.global_baseline() is
'Returns the global baseline: the mean rating of the most popular items.';
revoke execute on function private.global_baseline() from public;
grant execute on function private.global_baseline() to service_role;
