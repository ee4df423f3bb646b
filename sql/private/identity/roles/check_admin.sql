-- Helper. Raises 42501 unless the caller is the service or an admin by user_roles, whatever the token claims; 403
-- kids_mode while a kids profile acts. Called by definer functions only.
create or replace function private.check_admin() returns void
language plpgsql stable set search_path = ''
as $$
begin
    if private.is_service() or exists (
        select from private.user_roles as r where r.user_id = private.caller_id() and r.role = 'admin'
    ) then
        perform private.check_not_kids();
        return;
    end if;
    raise exception 'only an admin may do this' using errcode = '42501';
end
$$;
comment on function private.check_admin() is 'Raise an error unless the caller is an admin or the service.';
revoke execute on function private.check_admin() from public;
