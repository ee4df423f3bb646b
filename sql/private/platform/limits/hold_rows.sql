-- Trigger. Before a statement that can write several rows, serialises the writes of the caller (private.hold_writes).
-- Statements of triggers run under the lock of the statement that fired them.
create or replace function private.hold_rows() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if pg_trigger_depth() = 1 then
        perform private.hold_writes();
    end if;
    return null;
end
$$;
comment on function private.hold_rows() is 'Trigger: serialises the writes of a client.';
revoke execute on function private.hold_rows() from public;
grant execute on function private.hold_rows() to authenticated, service_role;
