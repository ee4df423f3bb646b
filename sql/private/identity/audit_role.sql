-- Trigger: a role given or taken away goes into the audit log, whoever does it.
-- Definer: the log is written by private.audit alone.
create or replace function private.audit_role() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if tg_op = 'INSERT' then
        perform private.audit('role.granted', 'user', new.user_id::text, null, jsonb_build_object('role', new.role));
    else
        perform private.audit('role.revoked', 'user', old.user_id::text, jsonb_build_object('role', old.role), null);
    end if;
    return null;
end
$$;
comment on function private.audit_role() is 'Trigger: writes changes of roles into the audit log.';
revoke execute on function private.audit_role() from public;
