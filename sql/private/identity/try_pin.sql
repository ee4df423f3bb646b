-- Helper. Compares a PIN with the account's. Returns null if it is correct, else an error body whose HTTP status is set
-- too: 403 pin_wrong, or 429 pin_locked after 5 wrong attempts within 15 minutes, then for the correct PIN as well. The
-- error is returned because raising would roll back the count of attempts. A row lock serialises concurrent attempts,
-- so that exactly 5 are compared. Only a text of the length of a PIN is hashed, since hashing takes time; any other
-- is wrong. Raises PT409 if the account has no PIN. Called by definer functions only.
create or replace function private.try_pin(account_id uuid, pin text) returns jsonb
language plpgsql set search_path = ''
as $$
declare
    v_most constant integer := 5;
    v_window constant interval := '15 minutes';
    v_pin private.account_pins;
    v_failed timestamptz[];
    v_wait integer;
begin
    select p.* into v_pin from private.account_pins as p where p.account_id = try_pin.account_id for update;
    if not found then
        raise exception 'the account has no PIN' using errcode = 'PT409', hint = 'Set one with set_account_pin.';
    end if;
    v_failed := array(
        select f.at from unnest(v_pin.failed_at) as f (at) where f.at > clock_timestamp() - v_window order by f.at
    );
    if cardinality(v_failed) >= v_most then
        v_wait := greatest(1, ceil(extract(epoch from v_failed[1] + v_window - clock_timestamp())));
        return private.respond(
            429, 'pin_locked', format('Too many wrong PINs: try again in %s s', v_wait),
            jsonb_build_object('retry_after', v_wait), v_wait
        );
    end if;
    if length(pin) <= 12 and private.hash_pin(pin, v_pin.salt, v_pin.rounds) is not distinct from v_pin.digest then
        update private.account_pins as p set failed_at = '{}' where p.account_id = try_pin.account_id;
        return null;
    end if;
    update private.account_pins as p set failed_at = v_failed || clock_timestamp() where p.account_id = try_pin.account_id;
    return private.respond(
        403, 'pin_wrong', 'The PIN is wrong.', jsonb_build_object('tries_left', v_most - cardinality(v_failed) - 1)
    );
end
$$;
comment on function private.try_pin(uuid, text) is 'Compare a PIN with the account''s and count wrong attempts.';
revoke execute on function private.try_pin(uuid, text) from public;
