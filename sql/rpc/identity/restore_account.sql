-- Restores a suspended account, for an admin: its user can sign in again. An account that is not suspended does not
-- change.
--   user_id  the account's user
-- Returns nothing.
-- Raises 42501 for a caller who is not an admin, 22023 without user_id, PT404 for an unknown user, kids_mode while a
-- kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/restore_account {"user_id": "5d3c…"}
-- Example response: 204, no content
create or replace function public.restore_account(user_id uuid default null) returns void
language sql set search_path = ''
as $$
    select private.change_status(user_id, 'active', null)
$$;
comment on function public.restore_account(uuid) is 'Restores a suspended account, for an admin.';
revoke execute on function public.restore_account(uuid) from public;
grant execute on function public.restore_account(uuid) to authenticated, service_role;
