-- Helper. Grants a role to a user or revokes it, for an admin or the service; repeating it changes nothing. A trigger
-- of user_roles records the change. Returns the user's roles afterwards. Raises 42501 for other callers, 22023 for an
-- unknown role or a missing parameter, PT404 for an unknown user, 403 kids_mode.
-- Definer: no client role may write user_roles.
create or replace function private.change_role(user_id uuid, role text, has boolean) returns text[]
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.check_admin();
    perform private.check_user(change_role.user_id);
    if not exists (select from private.roles as r where r.name = change_role.role) then
        raise exception 'role must be %', (select private.either(array_agg(r.name order by r.position)) from private.roles as r)
            using errcode = '22023', detail = '{"field": "role"}';
    end if;
    if change_role.has then
        insert into private.user_roles (user_id, role) values (change_role.user_id, change_role.role)
        on conflict do nothing;
    else
        delete from private.user_roles as r where r.user_id = change_role.user_id and r.role = change_role.role;
    end if;
    return private.roles_of(change_role.user_id);
end
$$;
comment on function private.change_role(uuid, text, boolean) is 'Grant or revoke a user''s role, for an admin.';
revoke execute on function private.change_role(uuid, text, boolean) from public;
grant execute on function private.change_role(uuid, text, boolean) to authenticated, service_role;
