-- Helper. Returns a header of the current request by its lower-case name; null if it was not sent or there is no
-- request. Never raises.
create or replace function private.request_header(name text) returns text
language sql stable
return nullif(current_setting('request.headers', true), '')::json ->> name;
comment on function private.request_header(text) is 'A header of the request; null if it was not sent.';
revoke execute on function private.request_header(text) from public;
grant execute on function private.request_header(text) to anon, authenticated, service_role;
