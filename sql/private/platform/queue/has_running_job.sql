-- Helper. Returns whether a running job contains one of these ids. Called by private.erase_account.
create or replace function private.has_running_job(ids uuid[]) returns boolean
language sql stable set search_path = ''
as $$
    select exists (
        select
        from procrastinate.procrastinate_jobs as j
        where j.status = 'doing' and private.ids_of_job(j.args, j.lock, j.queueing_lock) && ids
    )
$$;
comment on function private.has_running_job(uuid[]) is 'Whether a running job contains one of these ids.';
revoke execute on function private.has_running_job(uuid[]) from public;
