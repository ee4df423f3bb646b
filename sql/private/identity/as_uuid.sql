-- A text as a uuid; null where it is none. Never raises.
create or replace function private.as_uuid(value text) returns uuid
language sql stable
return case when pg_input_is_valid(value, 'uuid') then value::uuid end;
comment on function private.as_uuid(text) is 'A text as a uuid; null where it is none.';
revoke execute on function private.as_uuid(text) from public;
grant execute on function private.as_uuid(text) to anon, authenticated, service_role;
