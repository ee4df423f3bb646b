-- Helper. Returns the id of the caller's account. Raises 42501 for anon, the service and an erased user, 403 kids_mode
-- while a kids profile acts.
-- Definer: the result must not depend on what the caller may read.
create or replace function private.check_account() returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_account uuid;
begin
    select a.id into v_account from public.accounts as a where a.id = private.caller_id();
    if v_account is null then
        raise exception 'this requires an account'
            using errcode = '42501', hint = 'Sign in with the account.';
    end if;
    perform private.check_not_kids();
    return v_account;
end
$$;
comment on function private.check_account() is 'The id of the caller''s account; raises an error without one.';
revoke execute on function private.check_account() from public;
grant execute on function private.check_account() to authenticated, service_role;
