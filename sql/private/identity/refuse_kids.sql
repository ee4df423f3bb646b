-- Trigger: a statement that a child may not run is refused. Raises 403 kids_mode.
create or replace function private.refuse_kids() returns trigger
language plpgsql set search_path = ''
as $$
begin
    perform private.check_not_kids();
    return null;
end
$$;
comment on function private.refuse_kids() is 'Trigger: refuses what a child may not do.';
revoke execute on function private.refuse_kids() from public;
grant execute on function private.refuse_kids() to authenticated, service_role;
