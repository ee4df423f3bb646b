-- Helper. Schedules the erasure of the caller's account after the grace period and returns when it is due; a repeated
-- request keeps the first date. Raises 42501 without an account, 403 kids_mode.
-- Definer: clients may write neither account_deletions nor accounts.status.
create or replace function private.request_deletion() returns timestamptz
language plpgsql security definer set search_path = ''
as $$
declare
    v_account uuid := private.check_account();
begin
    insert into public.account_deletions (account_id, requested_at, due_at)
    values (v_account, now(), now() + (select p.length from private.periods as p where p.name = 'deletion_grace'))
    on conflict do nothing;
    if found then
        update public.accounts as a set status = 'deleting' where a.id = v_account and a.status = 'active';
        perform private.audit('account.deletion_requested', 'account', v_account::text, null, null);
    end if;
    return (select d.due_at from public.account_deletions as d where d.account_id = v_account);
end
$$;
comment on function private.request_deletion() is 'Schedule the erasure of the caller''s account.';
revoke execute on function private.request_deletion() from public;
grant execute on function private.request_deletion() to authenticated;
