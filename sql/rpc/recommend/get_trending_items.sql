-- What people rate, watch and share now: each event counts half as much a week later.
--   count  how many at most, 1 to 200, default 20
--   kind   movie, tv_show, sports or book; none: all of them
-- Returns id, kind, title, overview, year, language, image, score (events of today's weight); most first.
-- Raises 22023 for a parameter out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_trending_items {"count": 10}
create or replace function public.get_trending_items(count integer default 20, kind text default null)
returns setof public.trending_item
language plpgsql stable rows 20 set search_path = '' set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_trending_items.count, 20);
    v_now double precision := private.trend_of(1, now());
begin
    perform private.check_range('count', v_count, 1, 200);
    perform private.check_kind(get_trending_items.kind);
    return query
    select
        c.id, c.kind, c.title, c.overview, c.year, c.language, c.image,
        power(2::double precision, greatest(s.trend - v_now, -1000))
    from (
        select s.item_id, s.trend
        from public.item_stats as s
        where s.trend > '-infinity' and (get_trending_items.kind is null or s.kind = get_trending_items.kind)
        order by s.trend desc, s.item_id
        limit v_count
    ) as s
    join public.catalog_items as c on c.id = s.item_id
    order by s.trend desc, c.id;
end
$$;
comment on function public.get_trending_items(integer, text) is 'What people rate, watch and share now.';
revoke execute on function public.get_trending_items(integer, text) from public;
grant execute on function public.get_trending_items(integer, text) to anon, authenticated, service_role;
