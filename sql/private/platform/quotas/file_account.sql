-- Helper. Returns the account whose quota a file uses: in avatars and speech the one of its folder, else the uploader;
-- null for a file of the service.
create or replace function private.file_account(bucket_id text, name text, owner_id text) returns uuid
language sql immutable set search_path = ''
as $$
    select private.as_uuid(case when private.holds_uploads(bucket_id) then split_part(name, '/', 1) else owner_id end)
$$;
comment on function private.file_account(text, text, text) is 'The account whose quota a file uses.';
revoke execute on function private.file_account(text, text, text) from public;
