-- Helper. Compares a PIN with the account's. Returns whether it is correct; if not, the HTTP status of the response is
-- set: 403, or 429 after 5 wrong attempts within 15 minutes, then for the correct PIN as well. It does not raise, which
-- would roll back the count of attempts, and its callers return void (private.set_response_status). An attempt is
-- counted before it is compared, so that nothing runs after the comparison of a wrong PIN. A row lock serialises
-- concurrent attempts, so that exactly 5 are compared. A PIN of another form is wrong and not hashed: hashing takes
-- time in proportion to its length. Raises PT409 if the account has no PIN. Called by definer functions only.
create or replace function private.verify_pin(account_id uuid, pin text) returns boolean
language plpgsql set search_path = ''
as $$
declare
    v_pin private.account_pins;
    v_tries record;
begin
    select p.* into v_pin from private.account_pins as p where p.account_id = verify_pin.account_id for update;
    if not found then
        raise exception 'the account has no PIN' using errcode = 'PT409', hint = 'Set one with set_account_pin.';
    end if;
    v_tries := private.pin_tries(v_pin.failed_at);
    if v_tries.tries_left = 0 then
        perform private.set_response_status(429, v_tries.retry_after);
        return false;
    end if;
    perform private.set_response_status(403);
    update private.account_pins as p set failed_at = v_tries.failed || clock_timestamp()
    where p.account_id = verify_pin.account_id;
    if pin ~ '^[0-9]{4,12}$' and private.hash_pin(pin, v_pin.salt, v_pin.rounds) = v_pin.digest then
        update private.account_pins as p set failed_at = '{}' where p.account_id = verify_pin.account_id;
        perform set_config('response.status', '', true);
        return true;
    end if;
    return false;
end
$$;
comment on function private.verify_pin(uuid, text) is 'Compare a PIN with the account''s and count wrong attempts.';
revoke execute on function private.verify_pin(uuid, text) from public;
