-- How much each rater liked each item, from 0 to 1: rating / 5; for an item that is not rated and has positive feedback
-- (private.feedback: liked, saved, shared or watched to the end), 0.8. One row per rater and item. The item model is
-- trained on it, and the lists read it.
--   is_liked     rated 4 or better, or 3 or better and not below the rater's mean; or positive feedback
--   is_disliked  rated below 3
-- An item that was rated 3 or better and disliked or dismissed after that has no row: the later statement counts.
create or replace view private.positive_feedback with (security_invoker = true) as
select
    r.rater_id,
    r.item_id,
    r.rating::double precision / 5 as weight,
    r.updated_at as liked_at,
    r.rating >= 4 or r.rating >= 3 and r.rating * o.rating_count >= o.rating_sum as is_liked,
    r.rating < 3 as is_disliked
from public.ratings as r
inner join public.raters as o on r.rater_id = o.id
where
    not exists (
        select
        from private.feedback as v
        where v.rater_id = r.rater_id and v.item_id = r.item_id and r.rating >= 3 and v.refused_at > r.updated_at
    )
union all
select
    v.rater_id,
    v.item_id,
    0.8::double precision as weight,
    v.liked_at,
    true as is_liked,
    false as is_disliked
from private.feedback as v
where
    v.liked_at is not null
    and not exists (
        select
        from public.ratings as r
        where r.rater_id = v.rater_id and r.item_id = v.item_id
    );
comment on view private.positive_feedback is
'How much each rater liked each item, from 0 to 1, from ratings and interactions.';
