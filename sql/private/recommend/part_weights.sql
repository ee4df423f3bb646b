-- How much each part of a list counts for a rater, by how many ratings it has given (none: 0), as an object.
-- Parts of weight 0, and those that recommendation_weights says nothing of, count next to nothing, so that they
-- come last, in a fixed order. Where the table cannot be read, all do but the item model.
create or replace function private.part_weights(rater_id uuid) returns jsonb
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
declare
    v_least jsonb := '{"newcomer": 1, "taste": 0.009, "liked": 0.003, "trending": 0.0003, "popular": 0.0001}';
begin
    return (
        select v_least || coalesce(jsonb_object_agg(w.part, w.weight) filter (where w.weight > 0), '{}')
        from (
            select distinct on (w.part) w.part, w.weight
            from public.recommendation_weights as w
            where w.min_ratings <= coalesce(
                (select r.rating_count from public.raters as r where r.id = part_weights.rater_id), 0
            )
            order by w.part, w.min_ratings desc
        ) as w
    );
exception when others then
    perform private.report_failure('weights', sqlstate, sqlerrm);
    return v_least || '{"liked_together": 1}';
end
$$;
comment on function private.part_weights(uuid) is 'How much each part of a list counts for a rater.';
revoke execute on function private.part_weights(uuid) from public;
