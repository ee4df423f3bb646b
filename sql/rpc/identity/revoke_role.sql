-- Take a role from a user, for an admin. Taking it again does nothing. That of an admin is gone at once: requests with
-- a token that still has it are refused until it is refreshed; others go with the next access token.
--   user_id  the user
--   role     student, tutor, editor, reviewer or admin
-- Returns the user's roles since, in alphabetical order.
-- Raises 42501 for a caller who is no admin, 22023 for a parameter missing or another role, PT404 for an unknown user;
-- PT409 for the last admin who is active, unless the service asks; kids_mode while a kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/revoke_role {"user_id": "5d3c…", "role": "editor"}
-- Example response: []
create or replace function public.revoke_role(user_id uuid default null, role text default null) returns text[]
language sql set search_path = ''
as $$
    select private.keep_an_admin(user_id) where role = 'admin';
    select private.change_role(user_id, role, false)
$$;
comment on function public.revoke_role(uuid, text) is 'Take a role from a user, for an admin.';
revoke execute on function public.revoke_role(uuid, text) from public;
grant execute on function public.revoke_role(uuid, text) to authenticated, service_role;
