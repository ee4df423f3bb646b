-- Lists items similar to one item: those often liked together with it (item model) and those with a similar
-- description, common people, keywords and genres.
-- The more people rated the item, the more the item model counts: with n published ratings n / (n + 20), and the
-- content the rest. Items with neither a weight in the model nor enough in common are left out, so a list can be
-- shorter than count, or empty.
--   item_id  the item
--   count    maximum number of items, 1 to 200, default 12
-- Returns id, kind, title, overview, year, language, image, score (0 to 1), reason_code (what contributes most to the
-- score: liked_together or alike); best first, all of the item's kind.
-- Raises 22023 for a parameter that is missing or out of range, PT404 for an unknown item; named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_similar_items {"item_id": "0b7e…", "count": 6}
-- Example response: [{"id": "b023…", "kind": "movie", "title": "2001: A Space Odyssey", "overview": "A black monolith
-- appears to prehistoric apes …", "year": 1968, "language": "en", "image": null, "score": 0.91, "reason_code":
-- "liked_together"}, …]
create or replace function public.get_similar_items(item_id uuid default null, count integer default 12)
returns setof public.similar_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_similar_items.count, 12);
    v_viewer private.viewer := private.current_viewer();
    v_share double precision;
begin
    perform private.check_item(get_similar_items.item_id);
    perform private.check_range('count', v_count, 1, 200);
    v_share := (
        select s.rating_count::double precision / (s.rating_count + 20)
        from public.item_stats as s
        where s.item_id = get_similar_items.item_id
    );
    return query
    with together as materialized (
        select n.neighbour_id as item_id, n.weight / max(n.weight) over () as weight
        from public.item_neighbours as n
        join public.items as i on i.id = n.neighbour_id
        join public.items as o on o.id = n.item_id and o.kind = i.kind
        where
            n.model_id = (select private.active_item_model()) and n.item_id = get_similar_items.item_id and n.weight > 0
    ), shares as (
        select t.item_id, coalesce(v_share, 0) * t.weight as share, 'liked_together' as reason_code from together as t
        union all
        select a.item_id, (1 - coalesce(v_share, 0)) * a.score, 'alike'
        from private.alike(get_similar_items.item_id, v_count, v_viewer) as a
    ), summed as (
        select
            s.item_id,
            sum(s.share) as score,
            (array_agg(s.reason_code order by s.share desc, s.reason_code))[1] as reason_code
        from shares as s
        group by s.item_id
    )
    select c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, s.score, s.reason_code
    from summed as s
    join public.catalog_items as c on c.id = s.item_id
    join public.items as i on i.id = get_similar_items.item_id and i.kind = c.kind
    where (select private.is_available(o, v_viewer) from public.items as o where o.id = s.item_id)
    order by s.score desc, c.id
    limit v_count;
end
$$;
comment on function public.get_similar_items(uuid, integer) is 'Lists items similar to one item.';
revoke execute on function public.get_similar_items(uuid, integer) from public;
grant execute on function public.get_similar_items(uuid, integer) to anon, authenticated, service_role;
