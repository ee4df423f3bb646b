-- The present verdict of each rater on each item, from interactions alone. The latest of like, save, dislike and
-- dismiss counts. An undo takes back every verdict before it. A share or a completion counts for the item, unless the
-- verdict is against it. Events of one time count in the order in which they were received, and none later than that:
-- a client's clock may be fast.
--   liked_at      when the latest event for the item occurred; null where the verdict is against it or taken back
--   is_refused    the verdict is against it: a dislike or a dismissal
--   is_disliked   a dislike
--   is_completed  it was watched to the end
create or replace view private.feedback with (security_invoker = true) as
select
    e.rater_id,
    e.item_id,
    case when e.liked > e.undone and not e.is_refused then e.liked[1] end as liked_at,
    e.is_refused,
    e.is_refused and e.disliked = e.refused as is_disliked,
    e.completed > e.undone as is_completed
from (
    select
        t.*,
        t.refused > t.undone and t.refused >= t.chosen as is_refused
    from (
        select
            i.rater_id,
            i.item_id,
            coalesce(max(a.at) filter (where i.type in ('like', 'save')), '{}') as chosen,
            coalesce(max(a.at) filter (where i.type in ('like', 'save', 'share', 'complete')), '{}') as liked,
            coalesce(max(a.at) filter (where i.type in ('dislike', 'dismiss')), '{}') as refused,
            coalesce(max(a.at) filter (where i.type = 'dislike'), '{}') as disliked,
            coalesce(max(a.at) filter (where i.type = 'complete'), '{}') as completed,
            coalesce(max(a.at) filter (where i.type = 'undo'), '{}') as undone
        from public.interactions as i
        cross join lateral (select array[least(i.occurred_at, i.received_at), i.received_at]) as a (at)
        where i.type in ('like', 'save', 'share', 'complete', 'dislike', 'dismiss', 'undo')
        group by i.rater_id, i.item_id
    ) as t
) as e;
comment on view private.feedback is 'The present feedback of each rater on each item, from interactions.';
