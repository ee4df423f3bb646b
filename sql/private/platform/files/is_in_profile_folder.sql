-- Policy predicate. Returns whether a file is in a profile's folder, <user id>/<profile id>/. Never raises. The query
-- planner inlines it.
create or replace function private.is_in_profile_folder(name text, profile_id uuid) returns boolean
language sql immutable
return name like '%/%/%' and split_part(name, '/', 2) = profile_id::text;
comment on function private.is_in_profile_folder(text, uuid) is 'Whether a file is in a profile''s folder.';
revoke execute on function private.is_in_profile_folder(text, uuid) from public;
grant execute on function private.is_in_profile_folder(text, uuid) to anon, authenticated, service_role;
