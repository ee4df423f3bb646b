-- Let a client's writes follow one another from their first row on: the lock of private.take_rows, taken before a
-- statement locks a row. Else two writes of one user that lock the same rows in different orders end as a deadlock,
-- and hold the counts of items, which everybody's ratings change, until it is noticed.
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
comment on function private.hold_writes() is 'Let the writes of a client follow one another.';
revoke execute on function private.hold_writes() from public;
grant execute on function private.hold_writes() to authenticated, service_role;
