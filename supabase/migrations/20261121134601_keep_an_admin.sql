-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- source: sql/private/identity/keep_an_admin.sql
-- Refuse what would leave nobody to administer, for an admin: to take the role from the only one who is active, or to
-- suspend them. The service may. Two who do so to each other at once go one by one: the later one is an admin no more.
-- To be called in the same transaction, before it is done. Raises 42501, PT409.
-- Definer: roles are nobody's to read or lock.
create or replace function private.guard_last_admin(user_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.check_admin();
    if private.is_service() or not exists (
        select from private.user_roles as r where r.user_id = keep_an_admin.user_id and r.role = 'admin'
    ) then
        return;
    end if;
    perform from private.user_roles as r where r.role = 'admin' order by r.user_id for update;
    perform private.check_admin();
    if not exists (
        select from private.user_roles as r
        join public.accounts as a on a.id = r.user_id
        where r.role = 'admin' and r.user_id <> keep_an_admin.user_id and a.status = 'active'
    ) then
        raise exception 'the last admin stays one'
            using errcode = 'PT409', detail = '{"field": "user_id"}', hint = 'Make somebody else an admin first.';
    end if;
end
$$;
comment on function private.guard_last_admin(uuid) is 'Refuse what would leave nobody to administer.';
revoke execute on function private.guard_last_admin(uuid) from public;
grant execute on function private.guard_last_admin(uuid) to authenticated, service_role;

-- source: sql/rpc/identity/revoke_role.sql
-- Take a role from a user, for an admin. Taking it again does nothing. That of an admin is gone at once: requests with
-- a token that still has it are refused until it is refreshed; others go with the next access token.
--   user_id  the user
--   role     student, tutor, editor, reviewer or admin
-- Returns the user's roles since, in alphabetical order.
-- Raises 42501 for a caller who is no admin, 22023 for a parameter missing or another role, PT404 for an unknown user;
-- PT409 for the last admin who is active, unless the service asks.
-- Roles: authenticated, service_role.
-- Example: rpc/revoke_role {"user_id": "5d3c…", "role": "editor"}
create or replace function public.revoke_role(user_id uuid default null, role text default null) returns text[]
language sql set search_path = ''
as $$
    select private.guard_last_admin(user_id) where role = 'admin';
    select private.change_role(user_id, role, false)
$$;
comment on function public.revoke_role(uuid, text) is 'Take a role from a user, for an admin.';
revoke execute on function public.revoke_role(uuid, text) from public;
grant execute on function public.revoke_role(uuid, text) to authenticated, service_role;

-- source: sql/rpc/identity/suspend_account.sql
-- Suspend an account, for an admin: its sessions end, its requests are refused at once, it gets no token until it is
-- restored. Doing it again does nothing.
--   user_id  the account's user
--   reason   why, up to 500 characters; its owner may read it
-- Returns nothing.
-- Raises 42501 for a caller who is no admin, 22023 without user_id or for a longer reason, PT404 for an unknown user;
-- PT409 for the last admin who is active, unless the service asks.
-- Roles: authenticated, service_role.
-- Example: rpc/suspend_account {"user_id": "5d3c…", "reason": "Shares its password"}
create or replace function public.suspend_account(user_id uuid default null, reason text default null) returns void
language sql set search_path = ''
as $$
    select private.guard_last_admin(user_id);
    select private.change_status(user_id, 'suspended', reason)
$$;
comment on function public.suspend_account(uuid, text) is 'Suspend an account, for an admin.';
revoke execute on function public.suspend_account(uuid, text) from public;
grant execute on function public.suspend_account(uuid, text) to authenticated, service_role;
