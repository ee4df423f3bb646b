-- Checks whether the caller's session is in kids mode. An app calls it when it starts.
-- Returns an object: kids_mode (true or false), profile_id (the kids profile, or null), has_pin (whether the account
-- has a PIN), tries_left (how many wrong PINs are still compared, 0 to 5; null without a PIN), retry_after (seconds
-- until a PIN is compared again; null while attempts remain).
-- Raises nothing.
-- Roles: authenticated.
-- Example: rpc/get_kids_mode {}
-- Example response: {"has_pin": true, "kids_mode": true, "profile_id": "bc93…", "retry_after": null, "tries_left": 5}
create or replace function public.get_kids_mode() returns jsonb
language sql stable set search_path = ''
as $$
    select private.read_kids_mode()
$$;
comment on function public.get_kids_mode() is 'Checks whether the caller''s session is in kids mode.';
revoke execute on function public.get_kids_mode() from public, service_role;
grant execute on function public.get_kids_mode() to authenticated;
