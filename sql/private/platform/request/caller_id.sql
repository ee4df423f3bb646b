-- Helper. Returns the caller's user id; null for anon, the service and a token whose subject is no UUID. Never raises,
-- unlike auth.uid().
create or replace function private.caller_id() returns uuid
language sql stable set search_path = ''
as $$
    select private.as_uuid(auth.jwt() ->> 'sub')
$$;
comment on function private.caller_id() is 'The caller''s user id; null if there is none.';
revoke execute on function private.caller_id() from public;
grant execute on function private.caller_id() to anon, authenticated, service_role;
