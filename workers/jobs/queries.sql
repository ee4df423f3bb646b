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
