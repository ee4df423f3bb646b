-- Refuse what would leave nobody to administer, for an admin: to take the role from the only one who is active, or to
-- suspend them. The service may. Two who do so to each other at once go one by one: the later one is an admin no more.
-- To be called in the same transaction, before it is done. Raises 42501, PT409.
-- Definer: roles are nobody's to read or lock.
create or replace function private.keep_an_admin(user_id uuid) returns void
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
comment on function private.keep_an_admin(uuid) is 'Refuse what would leave nobody to administer.';
revoke execute on function private.keep_an_admin(uuid) from public;
grant execute on function private.keep_an_admin(uuid) to authenticated, service_role;
