-- Helper. Adds an entry to the audit log; actor, role, IP address and request id are taken from the request. Called by
-- definer functions only. Pass ids: texts and e-mail addresses of people do not belong in the log.
-- Definer: no role has write privileges on the log.
create or replace function private.audit(
    action text, subject_type text, subject_id text, before jsonb, after jsonb
)
returns void
language sql security definer set search_path = ''
as $$
    insert into private.audit_log (
        actor_id, actor_role, action, subject_type, subject_id, before, after, address, request_id
    )
    values (
        private.caller_id(),
        coalesce(nullif(current_setting('role', true), 'none'), session_user::text),
        audit.action,
        audit.subject_type,
        audit.subject_id,
        audit.before,
        audit.after,
        private.current_address(),
        left(private.request_header('x-request-id'), 128)
    )
$$;
comment on function private.audit(text, text, text, jsonb, jsonb) is 'Add an entry to the audit log.';
revoke execute on function private.audit(text, text, text, jsonb, jsonb) from public;
