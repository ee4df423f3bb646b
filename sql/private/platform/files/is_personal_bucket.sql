-- Helper. Returns whether a bucket holds files of users: what they upload and the pictures made of it.
create or replace function private.is_personal_bucket(bucket_id text) returns boolean
language sql immutable
return private.holds_uploads(bucket_id) or bucket_id = 'portraits';
comment on function private.is_personal_bucket(text) is 'Whether a bucket holds files of users.';
revoke execute on function private.is_personal_bucket(text) from public;
grant execute on function private.is_personal_bucket(text) to anon, authenticated, service_role;
