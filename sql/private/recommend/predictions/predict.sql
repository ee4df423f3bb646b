-- Helper. Returns a rater's predicted rating of each item, 0.5 to 5.0 in tenths: the item's baseline plus the rater's
-- bias plus the weighted residuals of the neighbours and of the rater's own ratings of similar items (Koren,
-- Factorization Meets the Neighborhood, KDD 2008). Each mean is shrunk to zero if little supports it. Baselines use the
-- published figures: exact ones would reveal single ratings. An item without a published mean has the global baseline,
-- and no row if neither neighbours nor similar items contribute. A rater without ratings gets the item's baseline.
-- Similar items are those of the active model rated_alike; without one, only neighbours contribute.
-- No prediction depends on few people: neighbours contribute only if those of five accounts rated the item, each
-- account once, with at most the fifth largest weight; and predictions are rounded to tenths.
-- It reads the ratings of other raters: only definer functions and workers may call it.
create or replace function private.predict(rater_id uuid, item_ids uuid[])
returns table (item_id uuid, predicted_rating double precision)
language sql stable rows 20 set search_path = ''
as $$
    with of_all as materialized (
        select coalesce(private.published_baseline(), 3.5) as level
    ), asked as materialized (
        select
            i.item_id,
            private.item_baseline(coalesce(s.rating_sum, 0), coalesce(s.rating_count, 0), a.level) as level,
            coalesce(s.rating_count, 0) > 0 as is_published
        from (select distinct unnest(predict.item_ids) as item_id) as i
        left join public.item_stats as s on s.item_id = i.item_id
        cross join of_all as a
    ), mine as materialized (
        select
            r.item_id,
            r.rating - private.item_baseline(coalesce(s.rating_sum, 0), coalesce(s.rating_count, 0), a.level) as above
        from public.ratings as r
        left join public.item_stats as s on s.item_id = r.item_id
        cross join of_all as a
        where r.rater_id = predict.rater_id
    ), me as materialized (
        select coalesce(sum(m.above), 0) / (count(*) + 5) as bias from mine as m
    ), votes as (
        select distinct on (o.item_id, n.voter) o.item_id, n.weight, o.rating - a.level - n.level as departure
        from private.neighbours(predict.rater_id) as n
        join public.ratings as o on o.rater_id = n.neighbour_id and o.item_id = any(predict.item_ids)
        join asked as a on a.item_id = o.item_id
        where n.weight > 0
        order by o.item_id, n.voter, n.weight desc, n.neighbour_id
    ), shares as (
        select
            v.*,
            nth_value(v.weight, 5) over (
                partition by v.item_id order by v.weight desc rows between unbounded preceding and unbounded following
            ) as fifth
        from votes as v
    ), people as (
        select
            s.item_id,
            sum(least(s.weight, s.fifth) * s.departure) / (sum(least(s.weight, s.fifth)) + 0.5) as departure
        from shares as s
        where s.fifth is not null
        group by s.item_id
    ), items as (
        select a.item_id, sum(n.weight * (m.above - me.bias)) / (sum(n.weight) + 0.3) as departure
        from asked as a
        join public.item_neighbours as n on n.model_id = (select private.active_similarity_model()) and n.item_id = a.item_id
        join mine as m on m.item_id = n.neighbour_id
        cross join me
        group by a.item_id
    )
    select
        a.item_id,
        round(10 * greatest(0.5, least(5.0, a.level + me.bias + case
            when i.departure is null then coalesce(p.departure, 0)
            else 0.8 * i.departure + 0.5 * coalesce(p.departure, 0)
        end))) / 10
    from asked as a
    cross join me
    left join people as p on p.item_id = a.item_id
    left join items as i on i.item_id = a.item_id
    where a.is_published or p.departure is not null or i.departure is not null
$$;
comment on function private.predict(uuid, uuid[]) is 'Returns a rater''s predicted rating of each item.';
revoke execute on function private.predict(uuid, uuid[]) from public;
