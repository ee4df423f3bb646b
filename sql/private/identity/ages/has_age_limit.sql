-- Policy predicate. Returns whether the acting profile has an age limit. Never raises.
create or replace function private.has_age_limit() returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return private.age_rule() is not null;
end
$$;
comment on function private.has_age_limit() is 'Whether the acting profile has an age limit.';
revoke execute on function private.has_age_limit() from public;
grant execute on function private.has_age_limit() to anon, authenticated, service_role;
