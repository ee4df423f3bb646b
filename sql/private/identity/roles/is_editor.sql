-- Policy predicate. Returns whether the caller's token has the role editor or admin. Never raises.
create or replace function private.is_editor() returns boolean
language sql stable set search_path = ''
as $$
    select private.has_role('editor') or private.has_role('admin')
$$;
comment on function private.is_editor() is 'Whether the caller is an editor or an admin.';
revoke execute on function private.is_editor() from public;
grant execute on function private.is_editor() to anon, authenticated, service_role;
