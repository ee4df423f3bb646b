-- Delete the jobs that name one of these ids, except those that run. An index finds them (procrastinate_jobs_ids).
-- Its path is the queue's, whose own trigger functions use unqualified names. For definer functions only.
create or replace function private.forget_jobs(ids uuid[]) returns void
language sql set search_path = procrastinate
as $$
    delete from procrastinate_jobs as j
    where j.status <> 'doing' and private.ids_of_job(j.args, j.lock, j.queueing_lock) && ids
$$;
comment on function private.forget_jobs(uuid[]) is 'Delete the jobs that name one of these ids.';
revoke execute on function private.forget_jobs(uuid[]) from public;
