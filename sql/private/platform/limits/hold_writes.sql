-- Helper. Serialises the writes of a client: takes the lock of private.take_row_slots before a statement locks any row.
-- Otherwise two writes of one user that lock the same rows in different orders would deadlock, and hold the counts of
-- items, which every user's ratings change, until the deadlock is detected.
create or replace function private.hold_writes() returns void
language plpgsql set search_path = ''
as $$
declare
    v_caller text := nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub';
begin
    if current_setting('role', true) = 'authenticated' and v_caller is not null then
        perform pg_advisory_xact_lock(hashtextextended('rows:' || v_caller, 0));
    end if;
end
$$;
comment on function private.hold_writes() is 'Serialises the writes of a client.';
revoke execute on function private.hold_writes() from public;
grant execute on function private.hold_writes() to anon, authenticated, service_role;
