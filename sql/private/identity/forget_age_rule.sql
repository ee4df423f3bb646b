-- Trigger: what private.age_rule keeps for a transaction does not outlive a change of profiles or of kids mode.
create or replace function private.forget_age_rule() returns trigger
language plpgsql set search_path = ''
as $$
begin
    perform set_config('cinefluent.age_rule', '', true);
    return null;
end
$$;
comment on function private.forget_age_rule() is 'Trigger: profiles changed, so what their age hides is read again.';
revoke execute on function private.forget_age_rule() from public;
grant execute on function private.forget_age_rule() to authenticated, service_role;
