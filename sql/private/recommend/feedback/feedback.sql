-- Each rater's current feedback on each item, from interactions alone. public.interaction_types says what each type
-- means. The latest event with a verdict (like, save, dislike, dismiss) decides. An undo cancels every event before it.
-- A share or a completion counts as positive unless the verdict is negative. Events with the same time are ordered by
-- when they were received. An event dated after its receipt counts as of its receipt, since a client's clock may be
-- fast.
--   liked_at      when the latest positive event occurred; null if the verdict is negative or the event was undone
--   is_refused    the verdict is negative: a dislike or a dismissal
--   is_disliked   the verdict is a dislike
--   is_completed  the item was watched to the end, and this was not undone
--   refused_at    when the latest dislike or dismissal occurred; null unless is_refused
create or replace view private.feedback with (security_invoker = true) as
select
    e.rater_id,
    e.item_id,
    case when e.liked > e.undone and not e.is_refused then e.liked[1] end as liked_at,
    e.is_refused,
    e.is_refused and e.disliked = e.refused as is_disliked,
    e.completed > e.undone as is_completed,
    case when e.is_refused then e.refused[1] end as refused_at
from (
    select
        t.*,
        t.refused > t.undone and t.refused >= t.chosen as is_refused
    from (
        select
            i.rater_id,
            i.item_id,
            coalesce(max(a.at) filter (where t.verdict = 'positive'), '{}') as chosen,
            coalesce(max(a.at) filter (where t.is_positive), '{}') as liked,
            coalesce(max(a.at) filter (where t.verdict = 'negative'), '{}') as refused,
            coalesce(max(a.at) filter (where i.type = 'dislike'), '{}') as disliked,
            coalesce(max(a.at) filter (where i.type = 'complete'), '{}') as completed,
            coalesce(max(a.at) filter (where t.cancels), '{}') as undone
        from public.interactions as i
        inner join public.interaction_types as t on i.type = t.name
        cross join lateral (select array[least(i.occurred_at, i.received_at), i.received_at]) as a (at)
        where t.is_positive or t.verdict = 'negative' or t.cancels
        group by i.rater_id, i.item_id
    ) as t
) as e;
comment on view private.feedback is 'Each rater''s current feedback on each item, from interactions.';
