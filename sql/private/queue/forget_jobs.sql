-- Delete the jobs that name one of these ids, except those that run; of how many of those there are.
-- Its path is the queue's, whose own trigger functions use unqualified names. For definer functions only.
create or replace function private.forget_jobs(ids uuid[]) returns bigint
language plpgsql set search_path = procrastinate
as $$
declare
    v_ids text := (select string_agg(i::text, '|') from unnest(ids) as i);
begin
    delete from procrastinate_jobs as j
    where j.status <> 'doing' and concat_ws(' ', j.args::text, j.lock, j.queueing_lock) ~ v_ids;
    return (
        select count(*)
        from procrastinate_jobs as j
        where j.status = 'doing' and concat_ws(' ', j.args::text, j.lock, j.queueing_lock) ~ v_ids
    );
end
$$;
comment on function private.forget_jobs(uuid[]) is 'Delete the jobs that name one of these ids.';
revoke execute on function private.forget_jobs(uuid[]) from public;
