-- Hook. The REST server calls it before each request (pgrst.db_pre_request). Each check refuses the request by raising.
create or replace function private.check_request() returns void
language plpgsql set search_path = ''
as $$
begin
    perform private.check_session();
    perform private.count_request();
    perform private.check_count();
end
$$;
comment on function private.check_request() is 'Hook. Checks each request to the API before it runs.';
revoke execute on function private.check_request() from public;
grant execute on function private.check_request() to anon, authenticated, service_role;
