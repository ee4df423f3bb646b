-- Helper. Returns whether editors upload files of the catalogue to a bucket.
create or replace function private.is_catalog_bucket(bucket_id text) returns boolean
language sql immutable
return bucket_id in ('artwork', 'masters', 'imports');
comment on function private.is_catalog_bucket(text) is 'Whether editors upload files of the catalogue to a bucket.';
revoke execute on function private.is_catalog_bucket(text) from public;
grant execute on function private.is_catalog_bucket(text) to anon, authenticated, service_role;
