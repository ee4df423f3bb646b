-- Lists the most popular items: those with the highest sum of ratings, then items with few ratings, by the popularity
-- that their data source states.
-- Counts and means are published figures: of five accounts or more, rounded, and changed in batches.
--   count  maximum number of items, 1 to 200, default 20
--   kind   movie, tv_show, sports or book; if omitted, all kinds
--   limit  an alias of count
-- Returns id, kind, title, overview, year, language, image, rating_count, average_rating; most popular first.
-- Raises 22023 for a parameter out of range, and if count and limit differ; named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_popular_items {"count": 10, "kind": "movie"}
-- Example response: [{"id": "84ef…", "kind": "movie", "title": "Brazil", "overview": "In a retro-futuristic
-- bureaucracy choked by …", "year": 1985, "language": "en", "image": null, "rating_count": 85, "average_rating": 3.9},
-- …]
create or replace function public.get_popular_items(
    count integer default null, kind text default null, "limit" integer default null
)
returns setof public.popular_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_popular_items.count, get_popular_items."limit", 20);
    v_viewer private.viewer := private.current_viewer();
begin
    if get_popular_items."limit" <> v_count then
        raise exception 'limit is another name of count: give one of the two'
            using errcode = '22023', detail = '{"field": "limit"}';
    end if;
    perform private.check_range(case when get_popular_items.count is null then 'limit' else 'count' end, v_count, 1, 200);
    perform private.check_kind(get_popular_items.kind);
    return query
    select
        c.id, c.kind, c.title, c.overview, c.year, c.language, c.image,
        coalesce(s.rating_count, 0), s.rating_sum / nullif(s.rating_count, 0)
    from private.popular(get_popular_items.kind, v_count, v_viewer) as p
    join public.catalog_items as c on c.id = p.item_id
    left join public.item_stats as s on s.item_id = p.item_id
    order by p.place;
end
$$;
comment on function public.get_popular_items(integer, text, integer) is 'Lists the most popular items.';
revoke execute on function public.get_popular_items(integer, text, integer) from public;
grant execute on function public.get_popular_items(integer, text, integer) to anon, authenticated, service_role;
