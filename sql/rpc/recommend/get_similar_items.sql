-- Lists items similar to one item: first those often liked together with it (item model), then those with a similar
-- description.
--   item_id  the item
--   count    maximum number of items, 1 to 200, default 12
-- Returns id, kind, title, overview, year, language, image, score, reason_code (liked_together: score is the model's
-- weight; alike: score is the cosine similarity); best first, all of the item's kind.
-- Raises 22023 for a parameter that is missing or out of range, PT404 for an unknown item; named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_similar_items {"item_id": "0b7e…", "count": 6}
-- Example response: [{"id": "b023…", "kind": "movie", "title": "2001: A Space Odyssey", "overview": "A black monolith
-- appears to prehistoric apes …", "year": 1968, "language": "en", "image": null, "score": 0.028, "reason_code":
-- "liked_together"}, …]
create or replace function public.get_similar_items(item_id uuid default null, count integer default 12)
returns setof public.similar_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_similar_items.count, 12);
    v_viewer private.viewer := private.current_viewer();
begin
    perform private.check_item(get_similar_items.item_id);
    perform private.check_range('count', v_count, 1, 200);
    return query
    with together as (
        select n.neighbour_id as item_id, n.weight
        from public.item_neighbours as n
        where
            n.model_id = (select private.active_item_model()) and n.item_id = get_similar_items.item_id and n.weight > 0
    ), alike as (
        select n.item_id, n.similarity
        from public.item_embeddings as e
        cross join lateral private.nearest(e.embedding, e.kind, v_count + 1, v_viewer) as n
        where e.item_id = get_similar_items.item_id and n.item_id <> e.item_id
    ), listed as (
        select t.item_id, 0 as tier, t.weight as score, 'liked_together' as reason_code from together as t
        union all
        select a.item_id, 1, a.similarity, 'alike'
        from alike as a
        where a.item_id not in (select t.item_id from together as t)
    )
    select c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, l.score::double precision, l.reason_code
    from listed as l
    join public.catalog_items as c on c.id = l.item_id
    join public.items as i on i.id = get_similar_items.item_id and i.kind = c.kind
    where (select private.is_available(s, v_viewer) from public.items as s where s.id = l.item_id)
    order by l.tier, l.score desc, c.id
    limit v_count;
end
$$;
comment on function public.get_similar_items(uuid, integer) is 'Lists items similar to one item.';
revoke execute on function public.get_similar_items(uuid, integer) from public;
grant execute on function public.get_similar_items(uuid, integer) to anon, authenticated, service_role;
