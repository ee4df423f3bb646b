-- What a rater would give to each item: one's own mean, plus how much the nearest 40 neighbours who rated the
-- item departed from theirs, weighted by similarity (Herlocker, Konstan, Borchers, Riedl, SIGIR 1999; k as in
-- Surprise's KNNWithMeans). No such neighbour: the item's mean. Neither: no row.
-- Reads others' ratings: for definer functions and workers only.
create or replace function private.predict(rater_id uuid, item_ids uuid[])
returns table (item_id uuid, predicted_rating double precision)
language sql stable rows 20 set search_path = ''
as $$
    with nearby as (
        select
            o.item_id,
            n.similarity,
            o.rating - n.mean as departure,
            row_number() over (partition by o.item_id order by n.similarity desc, n.neighbour_id) as place
        from private.neighbours(predict.rater_id) as n
        join public.ratings as o on o.rater_id = n.neighbour_id and o.item_id = any(predict.item_ids)
    ), departures as (
        select b.item_id, sum(b.similarity * b.departure) / sum(b.similarity) as departure
        from nearby as b
        where b.place <= 40
        group by b.item_id
    )
    select
        s.item_id,
        least(5.0, greatest(0.5, coalesce(me.rating_sum / me.rating_count + d.departure, s.rating_sum / s.rating_count)))
    from public.item_stats as s
    left join departures as d on d.item_id = s.item_id
    left join public.raters as me on me.id = predict.rater_id and me.rating_count > 0
    where s.item_id = any(predict.item_ids) and s.rating_count > 0
$$;
comment on function private.predict(uuid, uuid[]) is 'What a rater would give to each item.';
revoke execute on function private.predict(uuid, uuid[]) from public;
