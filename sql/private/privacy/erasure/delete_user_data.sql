-- Trigger. Before an auth user is deleted, deletes the user's rows that foreign-key cascades do not reach. After a soft
-- deletion, which keeps the row of auth.users, it deletes all other personal rows and clears the identities.
-- Definer: the role of Auth, which writes auth.users, has no privilege on our tables.
create or replace function private.delete_user_data() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if tg_op = 'UPDATE' then
        update auth.identities as i set
            identity_data = '{}',
            provider_id = encode(sha256(convert_to(concat(i.user_id, i.provider, i.provider_id), 'UTF8')), 'hex')
        where i.user_id = old.id and i.identity_data <> '{}';
        perform private.delete_user_rows(old.id, true);
        return null;
    end if;
    perform private.delete_user_rows(old.id, false);
    return old;
end
$$;
comment on function private.delete_user_data() is 'Trigger. Deletes a user''s rows that cascades do not reach.';
revoke execute on function private.delete_user_data() from public;
