-- Policy predicate. Returns whether a file is in the user's own folder of a bucket that users upload to. Never raises.
-- The query planner inlines it.
create or replace function private.owns_file(bucket_id text, name text, user_id uuid) returns boolean
language sql immutable
return private.holds_uploads(bucket_id) and starts_with(name, user_id::text || '/');
comment on function private.owns_file(text, text, uuid) is 'Whether a file is in the user''s own folder.';
revoke execute on function private.owns_file(text, text, uuid) from public;
grant execute on function private.owns_file(text, text, uuid) to anon, authenticated, service_role;
