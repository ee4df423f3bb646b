-- Suspends an account, for an admin: its sessions end at once, and its requests and sign-ins are refused until it is
-- restored. Suspending it again changes nothing.
--   user_id  the account's user
--   reason   the reason, up to 500 characters; the account's owner can read it
-- Returns nothing.
-- Raises 42501 for a caller who is not an admin, 22023 without user_id or for a longer reason, PT404 for an unknown
-- user; PT409 for the last active admin, unless the service calls; kids_mode while a kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/suspend_account {"user_id": "5d3c…", "reason": "Shares its password"}
-- Example response: 204, no content
create or replace function public.suspend_account(user_id uuid default null, reason text default null) returns void
language sql set search_path = ''
as $$
    select private.guard_last_admin(user_id);
    select private.change_status(user_id, 'suspended', reason)
$$;
comment on function public.suspend_account(uuid, text) is 'Suspends an account, for an admin.';
revoke execute on function public.suspend_account(uuid, text) from public;
grant execute on function public.suspend_account(uuid, text) to authenticated, service_role;
