-- Helper. Returns a user's roles, for an admin or the service. Raises 42501 for other callers, 22023 for null, PT404
-- for an unknown user, 403 kids_mode.
-- Definer: no client role may read user_roles.
create or replace function private.read_roles(user_id uuid) returns text[]
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform private.check_admin();
    perform private.check_user(read_roles.user_id);
    return private.roles_of(read_roles.user_id);
end
$$;
comment on function private.read_roles(uuid) is 'A user''s roles, for an admin.';
revoke execute on function private.read_roles(uuid) from public;
grant execute on function private.read_roles(uuid) to authenticated, service_role;
