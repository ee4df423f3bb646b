-- Policy predicate. Returns whether the token's app_metadata.roles contains the role; false while a kids profile acts.
-- A change takes effect with the next token, except that every request checks whether an admin still is one. Never
-- raises.
create or replace function private.has_role(role text) returns boolean
language sql stable set search_path = ''
as $$
    select coalesce(auth.jwt() #> '{app_metadata,roles}' ? has_role.role, false) and not private.is_kids_acting()
$$;
comment on function private.has_role(text) is 'Whether the caller''s token has this role.';
revoke execute on function private.has_role(text) from public;
grant execute on function private.has_role(text) to anon, authenticated, service_role;
