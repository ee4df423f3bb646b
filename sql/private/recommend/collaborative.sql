-- What a rater's closest 40 neighbours rated and the rater has not: scored by the sum, over neighbours, of affinity
-- times rating / 5; of what the viewer may see. A list ordered by predicted rating alone would be led by what one
-- neighbour liked.
-- Reads others' ratings: for definer functions and workers only.
create or replace function private.collaborative(rater_id uuid, kind text, count integer, viewer private.viewer)
returns table (item_id uuid, score double precision)
language sql stable rows 20 set search_path = ''
as $$
    with closest as materialized (
        select n.neighbour_id, n.affinity
        from private.neighbours(collaborative.rater_id) as n
        where n.affinity > 0
        order by n.affinity desc, n.neighbour_id
        limit 40
    ), scored as (
        select o.item_id, sum(n.affinity * o.rating / 5) as score
        from closest as n
        join public.ratings as o on o.rater_id = n.neighbour_id
        where o.item_id not in (select private.unwanted(collaborative.rater_id))
        group by o.item_id
    )
    select s.item_id, s.score
    from scored as s
    join public.items as i on i.id = s.item_id and (collaborative.kind is null or i.kind = collaborative.kind)
    where private.is_available(i, viewer)
    order by s.score desc, s.item_id
    limit collaborative.count
$$;
comment on function private.collaborative(uuid, text, integer, private.viewer) is
'What a rater''s nearest neighbours liked.';
revoke execute on function private.collaborative(uuid, text, integer, private.viewer) from public;
