-- Grants a role to a user, for an admin.
-- It takes effect with the user's next access token, at the latest when the current one expires. Granting a role again
-- changes nothing.
--   user_id  the user
--   role     student, tutor, editor, reviewer or admin
-- Returns the user's roles after the call, in alphabetical order.
-- Raises 42501 for a caller who is not an admin, 22023 for a missing parameter or an unknown role, PT404 for an unknown
-- user, kids_mode while a kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/grant_role {"user_id": "5d3c…", "role": "editor"}
-- Example response: ["editor"]
create or replace function public.grant_role(user_id uuid default null, role text default null) returns text[]
language sql set search_path = ''
as $$
    select private.change_role(user_id, role, true)
$$;
comment on function public.grant_role(uuid, text) is 'Grants a role to a user, for an admin.';
revoke execute on function public.grant_role(uuid, text) from public;
grant execute on function public.grant_role(uuid, text) to authenticated, service_role;
