-- Helper. Returns, for each item, the liked item that explains it best: of the 50 items that the rater liked most, the
-- one with the greatest product of the item model's weight and the rater's liking (weight). An item without a positive
-- product has no row. If an error occurs, it is logged and counted and no row is returned.
-- It reads ratings: only definer functions and workers may call it.
create or replace function private.because_of(rater_id uuid, item_ids uuid[])
returns table (item_id uuid, because_of uuid, weight double precision)
language plpgsql stable rows 20 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
    return query
    with model as materialized (
        select m.id, m.targets from public.recommendation_models as m where m.id = private.active_item_model()
    ), liked as materialized (
        select l.item_id, l.weight
        from private.positive_feedback as l
        where l.rater_id = because_of.rater_id and l.is_liked
        order by l.weight desc, l.liked_at desc, l.item_id
        limit 50
    ), speaking as materialized (
        select l.item_id, l.weight, w.weights::extensions.vector as weights
        from liked as l
        join private.item_weights as w on w.model_id = (select m.id from model as m) and w.item_id = l.item_id
    ), available as materialized (
        select t.item_id, t.place::integer as place
        from model as m
        cross join lateral unnest(m.targets) with ordinality as t (item_id, place)
        where t.item_id in (select unnest(because_of.item_ids))
    ), weighed as (
        select
            a.item_id,
            s.item_id as because_of,
            s.weight * extensions.inner_product(extensions.subvector(s.weights, a.place, 1), '[1]') as weight
        from available as a
        cross join speaking as s
    )
    select distinct on (w.item_id) w.item_id, w.because_of, w.weight
    from weighed as w
    where w.weight > 0
    order by w.item_id, w.weight desc, w.because_of;
exception when others then
    perform private.report_failure('reasons', sqlstate, sqlerrm);
end
$$;
comment on function private.because_of(uuid, uuid[]) is
'Returns the liked item that explains each recommended item best.';
revoke execute on function private.because_of(uuid, uuid[]) from public;
