-- Sets the account's default profile: the one that acts if a request names none.
--   profile_id  one of your own profiles; the service may send any profile's id
-- Returns nothing.
-- Raises 22023 without profile_id, 42501 for another user's profile, PT404 (service only) for an unknown profile,
-- kids_mode while a kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/set_default_profile {"profile_id": "5d3c…"}
-- Example response: 204, no content
create or replace function public.set_default_profile(profile_id uuid default null) returns void
language sql set search_path = ''
as $$
    select private.make_default_profile(profile_id)
$$;
comment on function public.set_default_profile(uuid) is 'Sets the profile that acts if a request names none.';
revoke execute on function public.set_default_profile(uuid) from public;
grant execute on function public.set_default_profile(uuid) to authenticated, service_role;
