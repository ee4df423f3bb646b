-- The ratings and events that trends are computed from. A rating weighs rating / 5, an event
-- interaction_types.trend_weight; types without one and the events that the rater undid are left out; events are
-- ordered as in private.feedback. The day is that of receipt by the server, whatever time the client stated.
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
    t.trend_weight as weight,
    i.occurred_at
from public.interactions as i
inner join public.interaction_types as t on i.type = t.name
inner join private.counted_raters as v on i.rater_id = v.rater_id
where
    t.trend_weight > 0
    and not exists (
        select
        from public.interactions as u
        where
            u.rater_id = i.rater_id
            and u.item_id = i.item_id
            and u.type = 'undo'
            and array[least(u.occurred_at, u.received_at), u.received_at]
            >= array[least(i.occurred_at, i.received_at), i.received_at]
    );
comment on view private.trend_votes is
'The ratings and events that trends are computed from, each with its voter and weight.';
