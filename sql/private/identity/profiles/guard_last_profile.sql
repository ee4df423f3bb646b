-- Trigger. Refuses to delete the last profile of an account, unless the account is deleted as well. Raises PT409.
-- Definer: it locks the row of accounts, which clients may not, and counts all profiles of the account.
create or replace function private.guard_last_profile() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform from public.accounts as a where a.id = old.account_id for no key update;
    if found and not exists (
        select from public.profiles as p where p.account_id = old.account_id and p.id <> old.id
    ) then
        raise exception 'the last profile of an account cannot be deleted'
            using errcode = 'PT409', hint = 'Create another profile first, or delete the account.';
    end if;
    return old;
end
$$;
comment on function private.guard_last_profile() is 'Trigger. Refuses to delete an account''s last profile.';
revoke execute on function private.guard_last_profile() from public;
