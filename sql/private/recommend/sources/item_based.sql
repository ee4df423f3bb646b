-- Helper. Item-based collaborative filtering: returns the items that the active item model (EASE) recommends for a
-- rater, best first. The score is the sum, over the items the rater liked, of the model's weight times the liking
-- (rating / 5). The 1,000 best liked items count, without those rated below 2; the latest tenth of all weighs half
-- more. Ratings are read at the call, so a new rating changes the next list.
-- The packed weights are summed once for each distinct liking, by pgvector's aggregate, and multiplied once a sum: this
-- is faster than one multiplication per item. An item needs a positive score from the liked items alone as well. Items
-- that private.excluded_items excludes or that the viewer may not see are left out.
-- It reads ratings: only definer functions and workers may call it.
create or replace function private.item_based(rater_id uuid, kind text, count integer, viewer private.viewer)
returns table (item_id uuid, score double precision)
language plpgsql stable rows 20 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
    return query
    with model as materialized (
        select m.id, m.targets from public.recommendation_models as m where m.id = private.active_item_model()
    ), mine as materialized (
        select l.item_id, l.weight, l.is_liked, l.liked_at
        from private.positive_feedback as l
        where l.rater_id = item_based.rater_id
    ), liked as materialized (
        select m.item_id, case when m.liked_at > b.liked_at then 1.5 else 1 end * m.weight as weight, m.is_liked
        from mine as m
        cross join (
            select m.liked_at from mine as m
            order by m.liked_at desc
            offset (select count(*) / 10 from mine)
            limit 1
        ) as b
        where m.weight >= 0.4
        order by weight desc, m.liked_at desc, m.item_id
        limit 1000
    ), summed as (
        select l.weight, l.is_liked, extensions.sum(w.weights::extensions.vector) as weights
        from liked as l
        join private.item_weights as w on w.model_id = (select m.id from model as m) and w.item_id = l.item_id
        group by l.weight, l.is_liked
    ), weighed as (
        select
            s.is_liked,
            s.weights operator(extensions.*)
            array_fill(s.weight::real, array[extensions.vector_dims(s.weights)])::extensions.vector as weights
        from summed as s
    ), total as (
        select
            extensions.sum(w.weights) as scores,
            extensions.sum(w.weights) filter (where w.is_liked) as by_liked
        from weighed as w
    ), ranked as (
        select s.item_id, s.score
        from model as m
        cross join total as t
        cross join lateral unnest(m.targets, t.scores::real[], t.by_liked::real[]) as s (item_id, score, by_liked)
        where
            s.score > 0 and s.by_liked > 0
            and s.item_id not in (select u.item_id from private.excluded_items(item_based.rater_id) as u (item_id))
        order by s.score desc, s.item_id
        offset 0
    )
    select r.item_id, r.score::double precision
    from ranked as r
    where (
        select private.is_available(i, viewer) and (item_based.kind is null or i.kind = item_based.kind)
        from public.items as i
        where i.id = r.item_id
    )
    order by r.score desc, r.item_id
    limit item_based.count;
end
$$;
comment on function private.item_based(uuid, text, integer, private.viewer) is
'Returns items that the item model recommends for the items a rater liked.';
revoke execute on function private.item_based(uuid, text, integer, private.viewer) from public;
