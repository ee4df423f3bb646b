-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- squawk-ignore ban-drop-function
drop function private.has_files(uuid);

-- source: sql/private/identity/cancel_deletion.sql
-- Take back the deletion of the caller's account; was there one whose day has not come? Raises 42501 without an account.
-- Definer: clients write neither account_deletions nor accounts.status.
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
    update public.accounts as a set status = 'active' where a.id = v_account and a.status = 'deleting';
    perform private.audit('account.deletion_cancelled', 'account', v_account::text, null, null);
    return true;
end
$$;
comment on function private.cancel_deletion() is 'Take back the deletion of the caller''s account.';
revoke execute on function private.cancel_deletion() from public;
grant execute on function private.cancel_deletion() to authenticated;

-- source: sql/private/identity/disown_files.sql
-- What an account brought for others, as artwork, stays, and does not tell any more who brought it. For workers only.
create or replace function private.clear_file_owner(account_id uuid) returns void
language plpgsql set search_path = ''
as $$
begin
    if to_regclass('storage.objects') is not null then
        execute 'update storage.objects set owner = null, owner_id = null where owner_id = $1::text' using account_id;
    end if;
end
$$;
comment on function private.clear_file_owner(uuid) is 'Files that stay tell no more who brought them.';
revoke execute on function private.clear_file_owner(uuid) from public;

-- source: sql/private/identity/erase_account.sql
-- Erase an account whose deletion is due: the user, and by triggers and cascades everything personal; ratings stay
-- under new pseudonyms. All of it or nothing; the audit log notes the id that was. Was it due? Raises 55006 while a job
-- runs for the account or it has files of its own: a later try may succeed.
-- For workers only.
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
    if private.delete_jobs_naming(private.ids_of_account(account_id)) > 0 then
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

-- source: sql/private/identity/personal_files.sql
-- The files that are an account's own, of which nobody else has any use: avatars and recordings of speech. Where there is
-- no Storage, there are none. For workers only.
create or replace function private.personal_files(account_id uuid) returns table (bucket_id text, name text)
language plpgsql stable set search_path = ''
as $$
begin
    if to_regclass('storage.objects') is not null then
        return query execute
            'select o.bucket_id, o.name from storage.objects as o '
            'where o.bucket_id in (''avatars'', ''speech'') and $1::text in (o.owner_id, split_part(o.name, ''/'', 1)) '
            'order by o.bucket_id, o.name'
            using account_id;
    end if;
end
$$;
comment on function private.personal_files(uuid) is 'The files that are an account''s own.';
revoke execute on function private.personal_files(uuid) from public;

-- source: sql/rpc/identity/cancel_account_deletion.sql
-- Take back the deletion of one's account.
-- Returns whether there was one to take back: false where none was asked for, or its day has come.
-- Raises 42501 without an account.
-- Roles: authenticated.
-- Example: rpc/cancel_account_deletion {}
create or replace function public.cancel_account_deletion() returns boolean
language plpgsql set search_path = ''
as $$
begin
    return private.cancel_deletion();
end
$$;
comment on function public.cancel_account_deletion() is 'Take back the deletion of one''s account.';
revoke execute on function public.cancel_account_deletion() from public;
grant execute on function public.cancel_account_deletion() to authenticated;
