-- Does a job run that names one of these ids? For definer functions and workers only.
create or replace function private.has_running_job(ids uuid[]) returns boolean
language sql stable set search_path = ''
as $$
    select exists (
        select
        from procrastinate.procrastinate_jobs as j
        where j.status = 'doing' and private.ids_of_job(j.args, j.lock, j.queueing_lock) && ids
    )
$$;
comment on function private.has_running_job(uuid[]) is 'Does a job run that names one of these ids?';
revoke execute on function private.has_running_job(uuid[]) from public;
