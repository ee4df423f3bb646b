-- What the active item model gives for all that a rater rated: the sum of its weights times rating / 5; because_of is
-- the liked item that says most. Ratings are read as they are now, so one given now changes the next list.
-- Offset 0 keeps the planner from reading the whole model for a heavy rater; work_mem keeps what it reads in memory.
-- Reads ratings: for definer functions and workers only.
create or replace function private.item_based(rater_id uuid, kind text, count integer)
returns table (item_id uuid, score double precision, because_of uuid)
language sql stable rows 20 set search_path = '' set work_mem = '32MB'
as $$
    with weighed as materialized (
        select n.neighbour_id as item_id, l.item_id as because_of, l.weight * n.weight as score, l.is_liked
        from private.likings as l
        cross join lateral (
            select w.neighbour_id, w.weight
            from public.item_neighbours as w
            where w.model_id = (select private.item_model()) and w.item_id = l.item_id
            offset 0
        ) as n
        where l.rater_id = item_based.rater_id
    ), scored as (
        select w.item_id, sum(w.score) as score
        from weighed as w
        where w.item_id not in (select private.unwanted(item_based.rater_id))
        group by w.item_id
        having sum(w.score) > 0 and bool_or(w.is_liked and w.score > 0)
    ), best as (
        select s.item_id, s.score
        from scored as s
        join public.items as i on i.id = s.item_id and (item_based.kind is null or i.kind = item_based.kind)
        order by s.score desc, s.item_id
        limit item_based.count
    )
    select
        b.item_id,
        b.score,
        (array_agg(w.because_of order by w.score desc, w.because_of) filter (where w.is_liked and w.score > 0))[1]
    from best as b
    join weighed as w on w.item_id = b.item_id
    group by b.item_id, b.score
    order by b.score desc, b.item_id
$$;
comment on function private.item_based(uuid, text, integer) is 'What goes together with what a rater rated well.';
revoke execute on function private.item_based(uuid, text, integer) from public;
