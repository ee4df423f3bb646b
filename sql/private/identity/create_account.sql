-- Trigger: a new auth user gets an account, a default profile and its pseudonym.
-- Definer: the auth server's role writes auth.users and none of ours.
create or replace function private.create_account() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_name text := left(btrim(coalesce(
        nullif(btrim(new.raw_user_meta_data ->> 'display_name'), ''),
        nullif(split_part(new.email, '@', 1), ''),
        'Me'
    )), 100);
    v_profile uuid;
begin
    insert into public.accounts (id, email, display_name) values (new.id, new.email, v_name);
    insert into public.profiles (account_id, name, is_default) values (new.id, v_name, true)
    returning id into v_profile;
    insert into public.raters (profile_id) values (v_profile);
    return null;
end
$$;
comment on function private.create_account() is 'Trigger: makes account, default profile and rater of a new auth user.';
revoke execute on function private.create_account() from public;
