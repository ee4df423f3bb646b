-- Reads the current roles of a user, for an admin. Your own roles are in your access token, in app_metadata.roles.
--   user_id  the user
-- Returns the roles in alphabetical order.
-- Raises 42501 for a caller who is not an admin, 22023 without user_id, PT404 for an unknown user, kids_mode while a
-- kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/get_user_roles {"user_id": "5d3c…"}
-- Example response: ["editor"]
create or replace function public.get_user_roles(user_id uuid default null) returns text[]
language sql stable set search_path = ''
as $$
    select private.read_roles(user_id)
$$;
comment on function public.get_user_roles(uuid) is 'Reads the current roles of a user, for an admin.';
revoke execute on function public.get_user_roles(uuid) from public;
grant execute on function public.get_user_roles(uuid) to authenticated, service_role;
