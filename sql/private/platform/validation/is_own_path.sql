-- Helper. Returns whether this is the path of a file in the account's own folder, such as 5d3c…/me.png. Each segment
-- contains a letter, a digit or an underscore, so that none is empty, . or ..; no character has a meaning in a URL
-- path. Null for null.
create or replace function private.is_own_path(path text, account_id uuid) returns boolean
language sql immutable parallel safe
return length(path) <= 300
and starts_with(path, account_id::text || '/')
and path ~ '^[0-9a-f-]{36}(/[A-Za-z0-9_.!()''&$@=+, -]*[A-Za-z0-9_][A-Za-z0-9_.!()''&$@=+, -]*)+$';
comment on function private.is_own_path(text, uuid) is 'Whether this is a path in the account''s own folder.';
revoke execute on function private.is_own_path(text, uuid) from public;
grant execute on function private.is_own_path(text, uuid) to anon, authenticated, service_role;
