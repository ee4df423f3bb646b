-- The acting profile: the one of the caller's that the header x-profile-id names, without that header the default one;
-- null for a header that names none of the caller's, for anon and for workers. Never raises.
-- Definer: policies and defaults call it before any row of profiles may be read.
create or replace function private.current_profile_id() returns uuid
language sql stable security definer set search_path = ''
as $$
    select p.id
    from (select private.request_header('x-profile-id') as named) as r
    join public.profiles as p on p.account_id = private.caller_id()
    where case when r.named is null then p.is_default else p.id = private.as_uuid(r.named) end
$$;
comment on function private.current_profile_id() is 'The acting profile; null if there is none.';
revoke execute on function private.current_profile_id() from public;
grant execute on function private.current_profile_id() to anon, authenticated, service_role;
