-- Helper. Returns the published global baseline: the mean of the published ratings of the 1,000 most popular items,
-- which have most of all ratings; null if nothing is published. Results that clients see use it, since the exact one
-- (private.global_baseline) could reveal a single rating.
create or replace function private.published_baseline() returns double precision
language sql stable set search_path = ''
as $$
    select sum(s.rating_sum) / sum(s.rating_count)
    from (
        select i.rating_sum, i.rating_count
        from public.item_stats as i
        where i.rating_sum > 0
        order by i.rating_sum desc, i.item_id
        limit 1000
    ) as s
$$;
comment on function private.published_baseline() is 'Returns the global baseline from published figures.';
revoke execute on function private.published_baseline() from public;
