-- Helper. Suspends an account and ends its sessions, or restores it, for an admin or the service; repeating it changes
-- nothing. Only a suspended account is restored: to status deleting if its deletion is scheduled, else to active.
-- Raises 42501 for other callers, 22023 for a reason of more than 500 characters, PT404 for an unknown user, 403
-- kids_mode.
-- Definer: clients may not write accounts.status or end sessions.
create or replace function private.change_status(user_id uuid, status text, reason text) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    v_before text;
    v_after text := change_status.status;
begin
    perform private.check_admin();
    perform private.check_user(change_status.user_id);
    if length(reason) > 500 then
        raise exception 'reason may have up to 500 characters'
            using errcode = '22023', detail = '{"field": "reason", "max": 500}';
    end if;
    select a.status into v_before from public.accounts as a where a.id = change_status.user_id for no key update;
    if (v_before = 'suspended') = (change_status.status = 'suspended') then
        return;
    end if;
    if v_after = 'active' and exists (
        select from public.account_deletions as d where d.account_id = change_status.user_id
    ) then
        v_after := 'deleting';
    end if;
    update public.accounts as a set status = v_after, status_reason = change_status.reason
    where a.id = change_status.user_id;
    if change_status.status = 'suspended' then
        delete from auth.sessions as s where s.user_id = change_status.user_id;
    end if;
    perform private.audit(
        'account.' || case change_status.status when 'suspended' then 'suspended' else 'restored' end,
        'account', change_status.user_id::text,
        jsonb_build_object('status', v_before), jsonb_build_object('status', v_after)
    );
end
$$;
comment on function private.change_status(uuid, text, text) is 'Suspend or restore an account, for an admin.';
revoke execute on function private.change_status(uuid, text, text) from public;
grant execute on function private.change_status(uuid, text, text) to authenticated, service_role;
