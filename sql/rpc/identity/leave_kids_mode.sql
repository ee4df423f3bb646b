-- Ends kids mode of the caller's session. After 5 wrong PINs within 15 minutes, every PIN is refused until the lock
-- ends.
--   pin  the account's PIN; ignored if the session is not in kids mode
-- Returns {"kids_mode": false}.
-- Raises pin_wrong (details.tries_left), pin_locked (details.retry_after in seconds, also in Retry-After); PT409 if the
-- account has no PIN.
-- Roles: authenticated.
-- Example: rpc/leave_kids_mode {"pin": "4711"}
-- Example response: {"kids_mode": false}
create or replace function public.leave_kids_mode(pin text default null) returns jsonb
language plpgsql set search_path = ''
as $$
begin
    return private.end_kids_mode(pin);
end
$$;
comment on function public.leave_kids_mode(text) is 'Ends kids mode of the caller''s session.';
revoke execute on function public.leave_kids_mode(text) from public, service_role;
grant execute on function public.leave_kids_mode(text) to authenticated;
