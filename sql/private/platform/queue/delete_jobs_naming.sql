-- Helper. Deletes the jobs that contain one of these ids, except running ones; the index procrastinate_jobs_ids finds
-- them. Called by definer functions only.
-- The search path is the queue's, because the queue's own trigger functions use unqualified names.
create or replace function private.delete_jobs_naming(ids uuid[]) returns void
language sql set search_path = procrastinate
as $$
    delete from procrastinate_jobs as j
    where j.status <> 'doing' and private.ids_of_job(j.args, j.lock, j.queueing_lock) && ids
$$;
comment on function private.delete_jobs_naming(uuid[]) is
'Delete the jobs that contain one of these ids, except running ones.';
revoke execute on function private.delete_jobs_naming(uuid[]) from public;
