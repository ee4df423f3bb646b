-- What each rater thought well of, and how well, 0 to 1: a rating counts a fifth of itself; liked, saved, shared or
-- watched to the end without a rating or a dislike counts as four of five. is_liked: rated 3 or better, or no worse
-- than the rater's mean. One row a rater and item: what the item model learns from, and lists by it start from.
create or replace view private.likings with (security_invoker = true) as
select
    r.rater_id,
    r.item_id,
    r.rating::double precision / 5 as weight,
    r.updated_at as liked_at,
    r.rating >= 3 or r.rating * o.rating_count >= o.rating_sum as is_liked
from public.ratings as r
inner join public.raters as o on r.rater_id = o.id
union all
select
    i.rater_id,
    i.item_id,
    0.8::double precision as weight,
    max(i.occurred_at) as liked_at,
    true as is_liked
from public.interactions as i
where
    i.type in ('like', 'save', 'share', 'complete')
    and not exists (
        select
        from public.ratings as r
        where r.rater_id = i.rater_id and r.item_id = i.item_id
    )
    and not exists (
        select
        from public.interactions as d
        where d.rater_id = i.rater_id and d.item_id = i.item_id and d.type in ('dislike', 'dismiss')
    )
group by i.rater_id, i.item_id;
comment on view private.likings is 'What each rater thought well of, by ratings and interactions.';
