-- Helper. Returns a user's current roles in alphabetical order. Called by definer functions only.
create or replace function private.roles_of(user_id uuid) returns text[]
language sql stable set search_path = ''
as $$
    select array(select r.role from private.user_roles as r where r.user_id = roles_of.user_id order by r.role)
$$;
comment on function private.roles_of(uuid) is 'A user''s current roles.';
revoke execute on function private.roles_of(uuid) from public;
