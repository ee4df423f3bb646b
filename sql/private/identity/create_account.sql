-- Trigger: a new auth user gets an account and a default profile, a grown-up's: of the highest maturity rating. The
-- name the user asked for is taken if it is one and is free; signing up never fails because of it.
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
    v_username text := substring(new.raw_user_meta_data ->> 'username' from '^[A-Za-z0-9_]{3,30}$');
begin
    insert into public.accounts (id, email, display_name, username)
    values (new.id, new.email, v_name, v_username)
    on conflict (username) do nothing;
    if not found then
        insert into public.accounts (id, email, display_name) values (new.id, new.email, v_name);
    end if;
    insert into public.profiles (account_id, name, is_default, maturity_rating) values (new.id, v_name, true, 'NC-17');
    return null;
end
$$;
comment on function private.create_account() is 'Trigger: makes account and default profile of a new auth user.';
revoke execute on function private.create_account() from public;
