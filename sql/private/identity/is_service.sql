-- Is the caller the service: the service_role through the API, or a worker connected as postgres? Never raises.
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
comment on function private.is_service() is 'Is the caller the service and not a person?';
revoke execute on function private.is_service() from public;
grant execute on function private.is_service() to anon, authenticated, service_role;
