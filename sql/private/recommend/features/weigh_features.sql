-- Helper. Multiplies the scores of a list by private.feature_factors and returns the best, scaled so that the first has
-- 1. If an error occurs, it is logged and counted and the list stays as it is.
create or replace function private.weigh_features(
    list private.proposal[], lifts private.lift[], weights jsonb, count integer
)
returns setof private.proposal
language plpgsql stable rows 60 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
    return query
    with weighed as (
        select l.*, l.score * coalesce(f.factor, 1) as product
        from unnest(weigh_features.list) as l
        left join private.feature_factors(
            weigh_features.lifts,
            array(select l.item_id from unnest(weigh_features.list) as l),
            weigh_features.weights
        ) as f on f.item_id = l.item_id
    )
    select w.item_id, w.part, w.product / max(w.product) over (), w.reason_code, w.because_of, w.language
    from weighed as w
    order by w.product desc, w.item_id
    limit weigh_features.count;
exception when others then
    perform private.report_failure('features', sqlstate, sqlerrm);
    return query select l.* from unnest(weigh_features.list) as l limit weigh_features.count;
end
$$;
comment on function private.weigh_features(private.proposal[], private.lift[], jsonb, integer) is
'Weighs a list by how its items'' features suit a rater''s taste.';
revoke execute on function private.weigh_features(private.proposal[], private.lift[], jsonb, integer) from public;
