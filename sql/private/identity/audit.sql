-- Write an entry into the audit log; who, from where and in which request come from the request itself.
-- For definer functions only: nobody else may execute it. Texts and addresses of people do not belong into it.
-- Definer: nobody may write the log.
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
comment on function private.audit(text, text, text, jsonb, jsonb) is 'Write an entry into the audit log.';
revoke execute on function private.audit(text, text, text, jsonb, jsonb) from public;
