-- Sets the PIN of the caller's account, which leave_kids_mode requires.
-- To replace a PIN, send the current one, or call from a session that signed in within the last 10 minutes.
--   pin          4 to 12 digits
--   current_pin  the current PIN; ignored if none is set, and within 10 minutes of the sign-in
-- A wrong current PIN is refused as by leave_kids_mode: 403, or 429 with Retry-After, without a body.
-- Returns nothing.
-- Raises 22023 for a PIN of another form, 42501 without an account, kids_mode while a kids profile acts; PT409 if the
-- PIN is deleted during the call.
-- Roles: authenticated.
-- Example: rpc/set_account_pin {"pin": "4711"}
-- Example response: 204, no content
create or replace function public.set_account_pin(pin text default null, current_pin text default null) returns void
language plpgsql set search_path = ''
as $$
begin
    if pin ~ '^[0-9]{4,12}$' then
        perform private.store_pin(pin, current_pin);
        return;
    end if;
    raise exception 'pin must be 4 to 12 digits' using errcode = '22023', detail = '{"field": "pin", "min": 4, "max": 12}';
end
$$;
comment on function public.set_account_pin(text, text) is 'Sets the PIN of the caller''s account.';
revoke execute on function public.set_account_pin(text, text) from public, service_role;
grant execute on function public.set_account_pin(text, text) to authenticated;
