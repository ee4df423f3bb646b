-- The ratings and events that trends are computed from. A rating weighs rating / 5; a share, like or completion 1; any
-- other event 0.3; dislikes and dismissals are left out. The day is that of receipt by the server, whatever time the
-- client stated.
create or replace view private.trend_votes with (security_invoker = true) as
select
    r.item_id,
    v.voter,
    r.country,
    'rating' as type,
    (r.created_at at time zone 'UTC')::date as day,
    r.rating::double precision / 5 as weight,
    r.created_at as occurred_at
from public.ratings as r
inner join private.counted_raters as v on r.rater_id = v.rater_id
union all
select
    i.item_id,
    v.voter,
    i.country,
    i.type,
    (i.received_at at time zone 'UTC')::date as day,
    case when i.type in ('share', 'like', 'complete') then 1 else 0.3 end::double precision as weight,
    i.occurred_at
from public.interactions as i
inner join private.counted_raters as v on i.rater_id = v.rater_id
where i.type not in ('dislike', 'dismiss');
comment on view private.trend_votes is
'The ratings and events that trends are computed from, each with its voter and weight.';
