-- The acting profile: the caller's default one; null for anon and workers. Never raises.
-- Definer: policies and defaults call it before any row of profiles may be read.
create or replace function private.current_profile_id() returns uuid
language sql stable security definer set search_path = ''
as $$
    select p.id
    from public.profiles as p
    where p.account_id = auth.uid() and p.is_default
$$;
comment on function private.current_profile_id() is 'The acting profile; null if there is none.';
revoke execute on function private.current_profile_id() from public;
grant execute on function private.current_profile_id() to anon, authenticated, service_role;
