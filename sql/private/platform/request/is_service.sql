-- Helper. Returns whether the caller is the service: service_role through the API, or a direct connection such as a
-- worker's as postgres. Never raises.
create or replace function private.is_service() returns boolean
language sql stable set search_path = ''
as $$
    select case current_setting('role', true)
        when 'service_role' then true
        when 'postgres' then true
        when 'none' then session_user <> 'authenticator'
        else false
    end
$$;
comment on function private.is_service() is 'Whether the caller is the service.';
revoke execute on function private.is_service() from public;
grant execute on function private.is_service() to anon, authenticated, service_role;
