-- Trigger: before an auth user goes, however it is deleted, so does what no cascade of foreign keys takes along. Where
-- the user is deleted softly, the row stays, as Auth leaves it, and everything else goes.
-- Definer: the auth server's role writes auth.users and none of ours.
create or replace function private.forget_user() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if tg_op = 'UPDATE' then
        update auth.identities as i set
            identity_data = '{}',
            provider_id = encode(sha256(convert_to(concat(i.user_id, i.provider, i.provider_id), 'UTF8')), 'hex')
        where i.user_id = old.id and i.identity_data <> '{}';
        perform private.remove_traces(old.id, true);
        return null;
    end if;
    perform private.remove_traces(old.id, false);
    return old;
end
$$;
comment on function private.forget_user() is 'Trigger: deletes what of a user no cascade takes along.';
revoke execute on function private.forget_user() from public;
