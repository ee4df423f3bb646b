-- Helper. Returns whether events may be announced: this server is no standby, which cannot notify, and its queue of
-- notifications does not fill because no worker reads it. A full queue would make each commit that notifies fail.
create or replace function private.can_notify() returns boolean
language plpgsql set search_path = ''
as $$
declare
    -- A share of 8 GB: 400 MB on the disk, hundreds of thousands of searches.
    v_fullest constant double precision := 0.05;
begin
    return not pg_is_in_recovery() and pg_notification_queue_usage() <= v_fullest;
end
$$;
comment on function private.can_notify() is 'Whether events may be announced.';
revoke execute on function private.can_notify() from public;
grant execute on function private.can_notify() to anon, authenticated, service_role;
