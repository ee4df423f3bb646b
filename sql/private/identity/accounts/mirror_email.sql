-- Trigger. Copies a changed e-mail address of an auth user to the account.
-- Definer: the role of Auth, which writes auth.users, has no privilege on our tables.
create or replace function private.mirror_email() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update public.accounts set email = new.email, updated_at = now() where id = new.id;
    return null;
end
$$;
comment on function private.mirror_email() is 'Trigger. Copies a changed e-mail address to the account.';
revoke execute on function private.mirror_email() from public;
