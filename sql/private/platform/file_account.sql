-- Helper: the account whose quota a file counts for: in buckets of people the folder's, in others the uploader's; null
-- for a file of the service.
create or replace function private.file_account(bucket_id text, name text, owner_id text) returns uuid
language sql immutable set search_path = ''
as $$
    select private.as_uuid(case when bucket_id in ('avatars', 'speech') then split_part(name, '/', 1) else owner_id end)
$$;
comment on function private.file_account(text, text, text) is 'Whose quota a file counts for.';
revoke execute on function private.file_account(text, text, text) from public;
