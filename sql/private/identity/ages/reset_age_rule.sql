-- Trigger. Clears the age limit that private.age_rule cached for the transaction, because profiles or kids mode
-- changed.
create or replace function private.reset_age_rule() returns trigger
language plpgsql set search_path = ''
as $$
begin
    perform set_config('cinefluent.age_rule', '', true);
    return null;
end
$$;
comment on function private.reset_age_rule() is 'Trigger. Clears the cached age limit when profiles change.';
revoke execute on function private.reset_age_rule() from public;
grant execute on function private.reset_age_rule() to authenticated, service_role;
