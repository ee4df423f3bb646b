-- Reads a page of the audit log, the latest entries first, for an admin. The audit log records the call.
--   action      an action such as role.granted, role.revoked, account.suspended, account.restored, account.read or
--               audit_log.read; if omitted, all actions
--   actor_id    the user who acted; if omitted, all users
--   subject_id  the id of the user or object acted upon; if omitted, all
--   before_id   the id of the last entry of the previous page; if omitted, the first page
--   count       maximum number of entries, 1 to 200, default 50
-- Returns id, occurred_at, actor_id (null: the service), actor_role, action, subject_type, subject_id, before, after,
-- address, request_id.
-- Raises 42501 for a caller who is not an admin, 22023 for a count out of range or a text that is too long, kids_mode
-- while a kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/get_audit_log {"action": "role.granted", "count": 20}
-- Example response: [{"id": 2, "occurred_at": "2026-11-30T16:37:16.66+00:00", "actor_id": "2bca…", "actor_role":
-- "authenticated", "action": "role.granted", "subject_type": "user", "subject_id": "c13d…", "before": null, "after":
-- {"role": "editor"}, "address": "127.0.0.1", "request_id": "900b…"}, …]
create or replace function public.get_audit_log(
    action text default null,
    actor_id uuid default null,
    subject_id text default null,
    before_id bigint default null,
    count integer default 50
)
returns setof public.audit_entry
language plpgsql rows 50 set search_path = ''
as $$
#variable_conflict use_column
begin
    perform private.check_range('count', coalesce(get_audit_log.count, 50), 1, 200);
    perform private.check_length('action', get_audit_log.action, 100);
    perform private.check_length('subject_id', get_audit_log.subject_id, 100);
    return query
    select e.*
    from private.read_audit_log(
        get_audit_log.action,
        get_audit_log.actor_id,
        get_audit_log.subject_id,
        get_audit_log.before_id,
        coalesce(get_audit_log.count, 50)
    ) as e;
end
$$;
comment on function public.get_audit_log(text, uuid, text, bigint, integer) is
'Reads a page of the audit log, for an admin.';
revoke execute on function public.get_audit_log(text, uuid, text, bigint, integer) from public;
grant execute on function public.get_audit_log(text, uuid, text, bigint, integer) to authenticated, service_role;
