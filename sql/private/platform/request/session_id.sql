-- Helper. Returns the id of the caller's session from the access token; null for anon, the service, and a token without
-- one. Never raises.
create or replace function private.session_id() returns uuid
language plpgsql stable set search_path = ''
as $$
begin
    return nullif(
        private.as_uuid(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'session_id'),
        '00000000-0000-0000-0000-000000000000'
    );
end
$$;
comment on function private.session_id() is 'The id of the caller''s session; null if there is none.';
revoke execute on function private.session_id() from public;
grant execute on function private.session_id() to anon, authenticated, service_role;
