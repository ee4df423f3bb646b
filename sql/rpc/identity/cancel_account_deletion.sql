-- Cancels the requested deletion of the caller's account.
-- Returns true if a deletion was cancelled; false if none was requested or it is already due.
-- Raises 42501 without an account, PT409 after ten times in a month, kids_mode while a kids profile acts.
-- Roles: authenticated.
-- Example: rpc/cancel_account_deletion {}
-- Example response: true
create or replace function public.cancel_account_deletion() returns boolean
language plpgsql set search_path = ''
as $$
begin
    return private.cancel_deletion();
end
$$;
comment on function public.cancel_account_deletion() is 'Cancels the requested deletion of the caller''s account.';
revoke execute on function public.cancel_account_deletion() from public, service_role;
grant execute on function public.cancel_account_deletion() to authenticated;
