-- Helper. Returns the factors by which a list multiplies the scores of items, by how a rater's taste differs from the
-- average (lifts, of private.liked_features). Popular items are thus discounted for a rater with a narrow taste, and
-- hardly for one with a broad taste. The factor is exp(e), with e limited to -3 to 3:
--   e = genres * (x + 3 * beyond(x, 4)) + decades * beyond(d, 1) + places * (beyond(l, 1) + beyond(c, 1)) / 2
-- x is the sum of the lifts of the item's genres; d, l and c are the lifts of its decade, language and country;
-- beyond(v, t) is the part of v that exceeds t in size. genres, decades and places are values of weights
-- (recommendation_weights); a missing one counts 0. An item without known features has no row.
-- Features are looked up item by item (offset 0), as in private.liked_features.
create or replace function private.feature_factors(lifts private.lift[], item_ids uuid[], weights jsonb)
returns table (item_id uuid, factor double precision)
language plpgsql stable rows 100 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
    return query
    with summed as (
        select f.item_id, f.feature, sum(l.lift) as lift
        from (
            select i.item_id, f.feature, f.value
            from unnest(feature_factors.item_ids) as i (item_id)
            cross join lateral (
                select v.feature, v.value from private.item_features as v where v.item_id = i.item_id offset 0
            ) as f
        ) as f
        join unnest(feature_factors.lifts) as l on l.feature = f.feature and l.value = f.value
        group by f.item_id, f.feature
    ), exponents as (
        select
            s.item_id,
            sum(
                case s.feature
                    when 'genre' then w.genres * (s.lift + 3 * sign(s.lift) * greatest(0, abs(s.lift) - 4))
                    when 'decade' then w.decades * sign(s.lift) * greatest(0, abs(s.lift) - 1)
                    else w.places * sign(s.lift) * greatest(0, abs(s.lift) - 1) / 2
                end
            ) as exponent
        from summed as s
        cross join (
            select
                coalesce((feature_factors.weights ->> 'genres')::double precision, 0) as genres,
                coalesce((feature_factors.weights ->> 'decades')::double precision, 0) as decades,
                coalesce((feature_factors.weights ->> 'places')::double precision, 0) as places
        ) as w
        group by s.item_id
    )
    select e.item_id, exp(greatest(-3, least(3, e.exponent))) from exponents as e;
end
$$;
comment on function private.feature_factors(private.lift[], uuid[], jsonb) is
'Returns factors for items'' scores by how a rater''s taste differs from the average.';
revoke execute on function private.feature_factors(private.lift[], uuid[], jsonb) from public;
