-- Helper. Returns a page of the audit log, latest first, for an admin or the service. The read is recorded in the log
-- after the page was selected. Raises 42501 for other callers, 403 kids_mode.
-- Definer: no client role may read the log.
create or replace function private.read_audit_log(
    action text, actor_id uuid, subject_id text, before_id bigint, count integer
)
returns setof public.audit_entry
language plpgsql rows 50 security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    perform private.check_admin();
    return query
    select
        l.id, l.occurred_at, l.actor_id, l.actor_role, l.action, l.subject_type, l.subject_id,
        l.before, l.after, l.address, l.request_id
    from private.audit_log as l
    where
        (read_audit_log.action is null or l.action = read_audit_log.action)
        and (read_audit_log.actor_id is null or l.actor_id = read_audit_log.actor_id)
        and (read_audit_log.subject_id is null or l.subject_id = read_audit_log.subject_id)
        and (read_audit_log.before_id is null or l.id < read_audit_log.before_id)
    order by l.id desc
    limit read_audit_log.count;
    perform private.audit(
        'audit_log.read', 'audit_log', null, null,
        jsonb_strip_nulls(jsonb_build_object(
            'action', read_audit_log.action,
            'actor_id', read_audit_log.actor_id,
            'subject_id', read_audit_log.subject_id,
            'before_id', read_audit_log.before_id,
            'count', read_audit_log.count
        ))
    );
end
$$;
comment on function private.read_audit_log(text, uuid, text, bigint, integer) is
'A page of the audit log, for an admin.';
revoke execute on function private.read_audit_log(text, uuid, text, bigint, integer) from public;
grant execute on function private.read_audit_log(text, uuid, text, bigint, integer) to authenticated, service_role;
