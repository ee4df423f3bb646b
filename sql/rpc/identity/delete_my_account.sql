-- Requests the deletion of the caller's account.
-- The account is erased after a grace period, 30 days by default. Until then the user can sign in as before and call
-- cancel_account_deletion. A second request changes nothing. docs/security-guide.md lists the data that is deleted and
-- the data that stays.
-- Returns the time at which the account becomes due for erasure.
-- Raises 42501 without an account, kids_mode while a kids profile acts.
-- Roles: authenticated.
-- Example: rpc/delete_my_account {}
-- Example response: "2026-12-30T16:37:31.14+00:00"
create or replace function public.delete_my_account() returns timestamptz
language plpgsql set search_path = ''
as $$
begin
    return private.request_deletion();
end
$$;
comment on function public.delete_my_account() is 'Requests the deletion of the caller''s account.';
revoke execute on function public.delete_my_account() from public, service_role;
grant execute on function public.delete_my_account() to authenticated;
