-- Trigger: before a client's statement deletes profiles, whoever else changes which ones the account has is waited for:
-- a row locked before its account would be one too late.
-- Definer: it locks the account's row, which clients may not.
create or replace function private.lock_own_account() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform from public.accounts as a where a.id = private.caller_id() for no key update;
    return null;
end
$$;
comment on function private.lock_own_account() is 'Trigger: one change of an account''s profiles at a time.';
revoke execute on function private.lock_own_account() from public;
