-- Worker. Erases an account whose deletion is due, in one transaction: it deletes the auth user, triggers and cascades
-- delete all personal rows, and ratings remain under new pseudonyms. The audit log records the account's id. Returns
-- whether the deletion was due. Raises 55006 while a job runs for the account or personal files of it exist: retry
-- later.
create or replace function private.erase_account(account_id uuid) returns boolean
language plpgsql set search_path = ''
as $$
begin
    perform
    from public.account_deletions as d
    where d.account_id = erase_account.account_id and d.due_at <= now()
    for update;
    if not found then
        return false;
    end if;
    if private.has_running_job(private.ids_of_account(account_id)) then
        raise exception 'a job runs for the account' using errcode = '55006', hint = 'Try again when it has ended.';
    end if;
    if exists (select from private.personal_files(account_id)) then
        raise exception 'the account has files'
            using errcode = '55006', hint = 'Delete them through Storage, which keeps rows and files together.';
    end if;
    perform private.clear_file_owner(account_id);
    delete from auth.users as u where u.id = erase_account.account_id;
    perform private.audit('account.erased', 'account', account_id::text, null, null);
    return true;
end
$$;
comment on function private.erase_account(uuid) is 'Erase an account whose deletion is due.';
revoke execute on function private.erase_account(uuid) from public;
