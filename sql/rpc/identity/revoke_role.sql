-- Revokes a role of a user, for an admin.
-- The admin role ends at once: requests with an older token that contains it are refused until the token is refreshed.
-- Other roles end with the next access token. Revoking a role that the user does not have changes nothing.
--   user_id  the user
--   role     student, tutor, editor, reviewer or admin
-- Returns the user's roles after the call, in alphabetical order.
-- Raises 42501 for a caller who is not an admin, 22023 for a missing parameter or an unknown role, PT404 for an unknown
-- user; PT409 for the last active admin, unless the service calls; kids_mode while a kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/revoke_role {"user_id": "5d3c…", "role": "editor"}
-- Example response: []
create or replace function public.revoke_role(user_id uuid default null, role text default null) returns text[]
language sql set search_path = ''
as $$
    select private.guard_last_admin(user_id) where role = 'admin';
    select private.change_role(user_id, role, false)
$$;
comment on function public.revoke_role(uuid, text) is 'Revokes a role of a user, for an admin.';
revoke execute on function public.revoke_role(uuid, text) from public;
grant execute on function public.revoke_role(uuid, text) to authenticated, service_role;
