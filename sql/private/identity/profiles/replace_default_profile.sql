-- Trigger. After the default profile is deleted, makes the account's oldest profile the default.
-- Definer: clients may not write is_default.
create or replace function private.replace_default_profile() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update public.profiles set is_default = true
    where id = (
        select p.id from public.profiles as p where p.account_id = old.account_id order by p.created_at, p.id limit 1
    );
    return null;
end
$$;
comment on function private.replace_default_profile() is 'Trigger. Makes the oldest profile the default.';
revoke execute on function private.replace_default_profile() from public;
