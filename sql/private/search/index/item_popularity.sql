-- Helper. Returns the popularity that orders suggestions and matches of equal rank: the one that the data source
-- states, or if it states none, the published sum of ratings plus five times the trend in the world, so that a rating
-- of 5 adds another 5 that halve each week. All of these are published figures: popularity reveals no single rating.
create or replace function private.item_popularity(item_id uuid, stated real) returns real
language sql stable set search_path = ''
as $$
    select case
        when item_popularity.stated > 0 then item_popularity.stated
        else (
            coalesce((select s.rating_sum from public.item_stats as s where s.item_id = item_popularity.item_id), 0)
            + 5 * coalesce(
                (
                    select power(2::double precision, greatest(least(t.trend - private.trend_of(1, now()), 60), -60))
                    from public.item_trends as t
                    where t.item_id = item_popularity.item_id and t.country = '001'
                ), 0
            )
        )::real
    end
$$;
comment on function private.item_popularity(uuid, real) is
'Returns an item''s popularity: that of the data source, else computed from ratings and trends.';
revoke execute on function private.item_popularity(uuid, real) from public;
grant execute on function private.item_popularity(uuid, real) to service_role;
