-- Does the caller have this role, as the token's app_metadata.roles says? A change takes effect with the next token;
-- only that an admin is none any more is checked before each request. While a child acts, no. Never raises.
create or replace function private.has_role(role text) returns boolean
language sql stable set search_path = ''
as $$
    select coalesce(auth.jwt() #> '{app_metadata,roles}' ? has_role.role, false) and not private.is_kids_acting()
$$;
comment on function private.has_role(text) is 'Does the caller have this role, by its token?';
revoke execute on function private.has_role(text) from public;
grant execute on function private.has_role(text) to anon, authenticated, service_role;
