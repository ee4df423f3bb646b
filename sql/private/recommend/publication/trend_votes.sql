-- The ratings and events that trends are computed from, undone ones included. A rating weighs rating / 5, an event
-- interaction_types.trend_weight; types without one are left out. The day is that of receipt by the server, whatever
-- time the client stated. `moment` orders the events of a rater as private.feedback does; ratings have none. An event
-- is undone by an undo of its rater and item at this moment or later: private.publish_trends compares it with the
-- latest, once for each rater and item, since comparing each event with each undo would take their product.
create or replace view private.trend_votes with (security_invoker = true) as
select
    r.item_id,
    v.voter,
    r.country,
    'rating' as type,
    (r.created_at at time zone 'UTC')::date as day,
    r.rating::double precision / 5 as weight,
    r.created_at as occurred_at,
    r.rater_id,
    null::timestamptz[] as moment
from public.ratings as r
inner join private.counted_raters as v on r.rater_id = v.rater_id
union all
select
    i.item_id,
    v.voter,
    i.country,
    i.type,
    (i.received_at at time zone 'UTC')::date as day,
    t.trend_weight as weight,
    i.occurred_at,
    i.rater_id,
    array[least(i.occurred_at, i.received_at), i.received_at] as moment
from public.interactions as i
inner join public.interaction_types as t on i.type = t.name
inner join private.counted_raters as v on i.rater_id = v.rater_id
where t.trend_weight > 0;
comment on view private.trend_votes is
'The ratings and events that trends are computed from, each with its voter and weight, undone events included.';
