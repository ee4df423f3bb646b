-- Trigger. Creates an account and a default profile with rating NC-17 for a new auth user. The requested display name
-- and username are used if they are valid, not reserved and, for the username, free; sign-up never fails because of
-- them.
-- Definer: the role of Auth, which writes auth.users, has no privilege on our tables.
create or replace function private.create_account() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_name text;
    v_username text := substring(new.raw_user_meta_data ->> 'username' from '^[A-Za-z0-9_]{3,30}$');
begin
    select c.name into v_name
    from (
        values
        (1, left(btrim(new.raw_user_meta_data ->> 'display_name'), 100)),
        (2, left(btrim(split_part(new.email, '@', 1)), 100)),
        (3, 'Me')
    ) as c (place, name)
    where private.is_plain_text(c.name, 100) and not private.is_reserved(c.name)
    order by c.place
    limit 1;
    if private.is_reserved(v_username) then
        v_username := null;
    end if;
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
comment on function private.create_account() is 'Trigger. Creates account and default profile of a new auth user.';
revoke execute on function private.create_account() from public;
