-- Trigger. Locks the caller's account before a statement deletes profiles, so that changes of an account's profiles run
-- one by one. A row trigger would be too late: it runs after the row of profiles is locked.
-- Definer: clients may not lock the row of accounts.
create or replace function private.lock_own_account() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform from public.accounts as a where a.id = private.caller_id() for no key update;
    return null;
end
$$;
comment on function private.lock_own_account() is 'Trigger. Serialises changes of an account''s profiles.';
revoke execute on function private.lock_own_account() from public;
