-- What every request through the API must pass, before anything else is done for it: the REST server calls this
-- (pgrst.db_pre_request). One line a check; each refuses by raising.
create or replace function private.check_request() returns void
language plpgsql set search_path = ''
as $$
begin
    perform private.check_session();
    perform private.count_request();
end
$$;
comment on function private.check_request() is 'What every request through the API must pass.';
revoke execute on function private.check_request() from public;
grant execute on function private.check_request() to anon, authenticated, service_role;
