-- What trends are computed from: ratings, by a fifth of what was given, and events. A share weighs more than a view; a
-- dislike has no row. The day is when it reached us, whatever time the client gave.
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
comment on view private.trend_votes is 'What trends are computed from: ratings and events, with who they count for.';
