-- Helper. Raises PT409 if an admin is about to suspend the last active admin, or to revoke that user's role; the
-- service may. It locks the rows of all admins and checks the caller again, so that two admins who revoke each other
-- concurrently run one by one and the later one gets 42501. Call it before the change, in the same transaction. Raises
-- 42501 for a caller who is no admin.
-- Definer: no client role may read or lock user_roles.
create or replace function private.guard_last_admin(user_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.check_admin();
    if private.is_service() or not exists (
        select from private.user_roles as r where r.user_id = guard_last_admin.user_id and r.role = 'admin'
    ) then
        return;
    end if;
    perform from private.user_roles as r where r.role = 'admin' order by r.user_id for update;
    perform private.check_admin();
    if not exists (
        select from private.user_roles as r
        join public.accounts as a on a.id = r.user_id
        where r.role = 'admin' and r.user_id <> guard_last_admin.user_id and a.status = 'active'
    ) then
        raise exception 'the last active admin cannot be removed'
            using errcode = 'PT409', detail = '{"field": "user_id"}', hint = 'Make another user an admin first.';
    end if;
end
$$;
comment on function private.guard_last_admin(uuid) is 'Raise an error if the last active admin would be removed.';
revoke execute on function private.guard_last_admin(uuid) from public;
grant execute on function private.guard_last_admin(uuid) to authenticated, service_role;
