-- Policy predicate. Returns whether a kids profile may read and change a file of its account: a picture that no other
-- profile shows. Recordings of speech name no profile, so none is open. Files of other buckets are decided by their own
-- policies. Never raises.
-- Definer: it reads other profiles of the account.
create or replace function private.is_open_to_kids(bucket_id text, name text) returns boolean
language sql stable security definer set search_path = ''
as $$
    select bucket_id <> 'speech' and (
        bucket_id <> 'avatars' or not exists (
            select
            from public.profiles as p
            where
                p.account_id = private.caller_id() and p.id <> private.current_profile_id()
                and p.avatar_path = is_open_to_kids.name
        )
    )
$$;
comment on function private.is_open_to_kids(text, text) is 'Whether a kids profile may read and change the file.';
revoke execute on function private.is_open_to_kids(text, text) from public;
grant execute on function private.is_open_to_kids(text, text) to authenticated;
