-- Trigger, before a statement on rows of which several are written at once: private.hold_writes. Statements of triggers
-- follow the one that caused them.
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
comment on function private.hold_rows() is 'Trigger: the writes of a client follow one another.';
revoke execute on function private.hold_rows() from public;
grant execute on function private.hold_rows() to authenticated, service_role;
