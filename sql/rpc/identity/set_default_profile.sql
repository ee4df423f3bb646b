-- Choose the profile that acts where a client names none.
--   profile_id  one of one's own profiles. The service may name any
-- Returns nothing.
-- Raises 22023 without profile_id, 42501 for another user's profile, PT404 to the service for one that is not there,
-- kids_mode while a kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/set_default_profile {"profile_id": "5d3c…"}
-- Example response: 204, no content
create or replace function public.set_default_profile(profile_id uuid default null) returns void
language sql set search_path = ''
as $$
    select private.make_default_profile(profile_id)
$$;
comment on function public.set_default_profile(uuid) is 'Choose the profile that acts where a client names none.';
revoke execute on function public.set_default_profile(uuid) from public;
grant execute on function public.set_default_profile(uuid) to authenticated, service_role;
