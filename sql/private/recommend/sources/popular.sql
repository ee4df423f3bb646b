-- Helper. Returns the most popular items: by the published sum of their ratings, then, for items without published
-- ratings, by the popularity that their data source states.
--   kind    null: all kinds
--   viewer  only items that this viewer may see; null: all items
create or replace function private.popular(kind text, count integer, viewer private.viewer default null)
returns table (item_id uuid, place bigint)
language plpgsql stable rows 20 set search_path = '' set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
    return query
    with rated as (
        select s.item_id, s.rating_sum
        from public.item_stats as s
        where
            s.rating_sum > 0
            and (popular.kind is null or s.kind = popular.kind)
            and (select private.is_available(i, viewer) from public.items as i where i.id = s.item_id)
        order by s.rating_sum desc, s.item_id
        limit popular.count
    ), told as (
        select c.id, c.popularity
        from public.catalog_items as c
        where
            (select count(*) from rated) < popular.count
            and (popular.kind is null or c.kind = popular.kind)
            and not exists (select from public.item_stats as s where s.item_id = c.id and s.rating_sum > 0)
            and (select private.is_available(i, viewer) from public.items as i where i.id = c.id)
        order by c.popularity desc, c.id
        limit popular.count
    ), listed as (
        select r.item_id, 0 as tier, r.rating_sum as score from rated as r
        union all
        select t.id, 1, t.popularity from told as t
    )
    select l.item_id, row_number() over (order by l.tier, l.score desc, l.item_id) as place
    from listed as l
    order by place
    limit popular.count;
end
$$;
comment on function private.popular(text, integer, private.viewer) is
'Returns the most popular items, with their ranks.';
revoke execute on function private.popular(text, integer, private.viewer) from public;
grant execute on function private.popular(text, integer, private.viewer) to anon, authenticated, service_role;
