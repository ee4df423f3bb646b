-- name: queues
-- By queue: jobs that wait, run and have failed for good, and seconds that the oldest runnable job has waited.
select
    j.queue_name,
    count(*) filter (where j.status = 'todo') as waiting,
    count(*) filter (where j.status = 'doing') as running,
    count(*) filter (where j.status = 'failed') as failed,
    coalesce(extract(epoch from now() - min(due.at) filter (where j.status = 'todo' and due.at <= now())), 0)::float8
        as lag
from procrastinate.procrastinate_jobs as j
cross join lateral (
    select coalesce(j.scheduled_at, (select min(e.at) from procrastinate.procrastinate_events as e where e.job_id = j.id))
        as at
) as due
where j.status in ('todo', 'doing', 'failed')
group by j.queue_name;

-- name: insert_query_events
-- Insert searches from their payloads. A search that is there is kept, since two workers receive each; one whose account
-- was deleted meanwhile loses it: the key share lock keeps the others until the commit.
insert into public.query_events (
    id, account_id, query, filters, sort, understood, total, item_ids, with_meaning, searched_at
)
select
    e.id, (select a.id from public.accounts as a where a.id = e.account_id for key share), e.query, e.filters, e.sort,
    e.understood, e.total, e.item_ids, e.with_meaning, e.searched_at
from unnest(%s::text[]) with ordinality as p (payload, place)
cross join lateral jsonb_to_record(p.payload::jsonb) as e (
    id uuid, account_id uuid, query text, filters jsonb, sort text, understood text[], total integer, item_ids uuid[],
    with_meaning boolean, searched_at timestamptz
)
order by p.place
on conflict (id) do nothing;

-- name: update_clicks
-- Store the first click of each search, from payloads in the order of the clicks, if it fits: within a day, on one of the
-- first ten results, or on a later one by its position.
update public.query_events as q
set clicked_item_id = c.item_id, clicked_position = c.place, clicked_at = c.clicked_at
from (
    select distinct on (s.id)
        s.id, e.item_id, coalesce(array_position(s.item_ids, e.item_id), e."position") as place, e.clicked_at
    from unnest(%s::text[]) with ordinality as p (payload, place)
    cross join lateral jsonb_to_record(p.payload::jsonb) as e (
        search_id uuid, item_id uuid, "position" integer, clicked_at timestamptz
    )
    join public.query_events as s on s.id = e.search_id
    where
        e.clicked_at < s.searched_at + interval '1 day'
        and (
            e.item_id = any(s.item_ids)
            or e."position" > cardinality(s.item_ids) and e."position" <= s.total
        )
    order by s.id, p.place
) as c
where q.id = c.id and q.clicked_at is null;
