-- Ask for the deletion of one's account. It is erased after a time of grace, 30 days unless configured otherwise; until
-- then its owner may sign in as before and take it back (cancel_account_deletion). Asking again changes nothing.
-- What goes and what stays: docs/security-guide.md.
-- Returns when the account will be erased.
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
comment on function public.delete_my_account() is 'Ask for the deletion of one''s account.';
revoke execute on function public.delete_my_account() from public, service_role;
grant execute on function public.delete_my_account() to authenticated;
