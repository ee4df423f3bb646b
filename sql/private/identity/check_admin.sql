-- Refuse a caller who is neither an admin now, whatever the token says, nor the service, and an admin while
-- a child acts. Raises 42501, 403 kids_mode. For definer functions only.
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
comment on function private.check_admin() is 'Refuse a caller who is no admin.';
revoke execute on function private.check_admin() from public;
