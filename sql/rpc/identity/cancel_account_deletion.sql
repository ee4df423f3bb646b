-- Take back the deletion of one's account.
-- Returns whether there was one to take back: false where none was asked for, or its day has come.
-- Raises 42501 without an account, PT409 after ten times in a month, kids_mode while a kids profile acts.
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
revoke execute on function public.cancel_account_deletion() from public, service_role;
grant execute on function public.cancel_account_deletion() to authenticated;
