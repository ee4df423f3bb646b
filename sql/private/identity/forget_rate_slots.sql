-- Deletes the slots that no limit's window reaches: those older than an hour. Run every hour, by the upkeep worker.
create or replace function private.forget_rate_slots() returns void
language sql set search_path = ''
as $$
    delete from private.rate_slots where taken_at < now() - interval '1 hour'
$$;
comment on function private.forget_rate_slots() is 'Delete the slots of rate limits that are older than an hour.';
revoke execute on function private.forget_rate_slots() from public;
