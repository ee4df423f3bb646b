-- Helper. Cancels the deletion of the caller's account. Returns whether one was scheduled and not yet due. Raises 42501
-- without an account, 403 kids_mode, PT409 beyond the quota of cancellations in a month: each one writes two entries of
-- the audit log.
-- Definer: clients may write neither account_deletions nor accounts.status.
create or replace function private.cancel_deletion() returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
    v_account uuid := private.check_account();
begin
    delete from public.account_deletions as d where d.account_id = v_account and d.due_at > now();
    if not found then
        return false;
    end if;
    perform private.refuse_over_quota(
        private.use_quota(v_account, 'deletions_cancelled', 1, date_trunc('month', now(), 'UTC')::date),
        'deletions_cancelled', 'deletions taken back a month'
    );
    update public.accounts as a set status = 'active' where a.id = v_account and a.status = 'deleting';
    perform private.audit('account.deletion_cancelled', 'account', v_account::text, null, null);
    return true;
end
$$;
comment on function private.cancel_deletion() is 'Cancel the deletion of the caller''s account.';
revoke execute on function private.cancel_deletion() from public;
grant execute on function private.cancel_deletion() to authenticated;
