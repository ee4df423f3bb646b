-- Helper. Returns the weight of each source of a rater's list, and of genres, decades and places, as an object, by the
-- rater's number of ratings (no rater: 0). Sources of weight 0, or without a row in recommendation_weights, get a
-- minimal weight, so that they only fill up a list, in a fixed order. If an error occurs, it is logged and counted, and
-- the item model gets 1 and every other source its minimal weight.
create or replace function private.source_weights(rater_id uuid) returns jsonb
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
declare
    v_least jsonb := '{"newcomer": 1, "taste": 0.009, "liked": 0.003, "features": 0.001, "trending": 0.0003, "popular": 0.0001}';
begin
    return (
        select v_least || coalesce(jsonb_object_agg(w.part, w.weight) filter (where w.weight > 0), '{}')
        from (
            select distinct on (w.part) w.part, w.weight
            from public.recommendation_weights as w
            where w.min_ratings <= coalesce(
                (select r.rating_count from public.raters as r where r.id = source_weights.rater_id), 0
            )
            order by w.part, w.min_ratings desc
        ) as w
    );
exception when others then
    perform private.report_failure('weights', sqlstate, sqlerrm);
    return v_least || '{"liked_together": 1}';
end
$$;
comment on function private.source_weights(uuid) is
'Returns the weight of each source of a list by the rater''s number of ratings.';
revoke execute on function private.source_weights(uuid) from public;
