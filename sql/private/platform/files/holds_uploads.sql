-- Helper. Returns whether users upload their own files to a bucket, each into the folder named by its user id.
create or replace function private.holds_uploads(bucket_id text) returns boolean
language sql immutable
return bucket_id in ('avatars', 'speech');
comment on function private.holds_uploads(text) is 'Whether users upload their own files to a bucket.';
revoke execute on function private.holds_uploads(text) from public;
grant execute on function private.holds_uploads(text) to anon, authenticated, service_role;
