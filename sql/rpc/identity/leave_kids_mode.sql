-- Ends kids mode of the caller's session. After 5 wrong PINs within 15 minutes, every PIN is refused until the lock
-- ends.
-- A refusal has a status and no body: 403 for a wrong PIN, 429 with Retry-After while no PIN is compared. get_kids_mode
-- returns how many attempts remain.
--   pin  the account's PIN; ignored if the session is not in kids mode
-- Returns nothing.
-- Raises PT409 if the account has no PIN.
-- Roles: authenticated.
-- Example: rpc/leave_kids_mode {"pin": "4711"}
-- Example response: 204, no content
create or replace function public.leave_kids_mode(pin text default null) returns void
language plpgsql set search_path = ''
as $$
begin
    perform private.end_kids_mode(pin);
end
$$;
comment on function public.leave_kids_mode(text) is 'Ends kids mode of the caller''s session.';
revoke execute on function public.leave_kids_mode(text) from public, service_role;
grant execute on function public.leave_kids_mode(text) to authenticated;
