-- Trigger. Records each granted and revoked role in the audit log, whichever way it was changed.
-- Definer: only private.audit writes the log, and no role may execute it.
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
comment on function private.audit_role() is 'Trigger. Records granted and revoked roles in the audit log.';
revoke execute on function private.audit_role() from public;
