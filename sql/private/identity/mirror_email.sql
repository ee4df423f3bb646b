-- Trigger: an auth user's changed address is mirrored to the account.
-- Definer: the auth server's role writes auth.users and none of ours.
create or replace function private.mirror_email() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update public.accounts set email = new.email, updated_at = now() where id = new.id;
    return null;
end
$$;
comment on function private.mirror_email() is 'Trigger: keeps accounts.email as auth.users has it.';
revoke execute on function private.mirror_email() from public;
