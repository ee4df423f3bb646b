-- What most people rated, and rated well; then what too few rated here, by the popularity that its source gave.
-- Counts and means are the published ones: of five accounts or more, rounded, changed in batches.
--   limit  how many at most, 1 to 200, default 20
--   kind   movie, tv_show, sports or book; none: all of them
-- Returns id, kind, title, overview, year, language, image, rating_count, average_rating; most popular first.
-- Raises 22023 for a parameter out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_popular_items {"limit": 10, "kind": "movie"}
create or replace function public.get_popular_items("limit" integer default 20, kind text default null)
returns setof public.popular_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_limit integer := coalesce(get_popular_items."limit", 20);
    v_viewer private.viewer := private.current_viewer();
begin
    perform private.check_range('limit', v_limit, 1, 200);
    perform private.check_kind(get_popular_items.kind);
    return query
    select
        c.id, c.kind, c.title, c.overview, c.year, c.language, c.image,
        coalesce(s.rating_count, 0), s.rating_sum / nullif(s.rating_count, 0)
    from private.popular(get_popular_items.kind, v_limit, v_viewer) as p
    join public.catalog_items as c on c.id = p.item_id
    left join public.item_stats as s on s.item_id = p.item_id
    order by p.place;
end
$$;
comment on function public.get_popular_items(integer, text) is 'What most people rated, and rated well.';
revoke execute on function public.get_popular_items(integer, text) from public;
grant execute on function public.get_popular_items(integer, text) to anon, authenticated, service_role;
