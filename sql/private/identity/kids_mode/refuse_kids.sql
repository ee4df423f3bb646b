-- Trigger. Raises 403 kids_mode for any statement while a kids profile acts.
create or replace function private.refuse_kids() returns trigger
language plpgsql set search_path = ''
as $$
begin
    perform private.check_not_kids();
    return null;
end
$$;
comment on function private.refuse_kids() is 'Trigger. Refuses the statement while a kids profile acts.';
revoke execute on function private.refuse_kids() from public;
grant execute on function private.refuse_kids() to authenticated, service_role;
