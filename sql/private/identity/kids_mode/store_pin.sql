-- Helper. Sets the PIN of the caller's account. If there is one, the current PIN is required, unless the session began
-- within the last ten minutes (private.periods, pin_reset); if it is wrong, the status is set as in private.verify_pin.
-- Raises 42501 without an account, 403 kids_mode.
-- Definer: clients may not read or write account_pins.
create or replace function private.store_pin(pin text, current_pin text) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    v_account uuid := private.check_account();
    v_salt bytea := uuid_send(gen_random_uuid());
    v_rounds constant integer := 20000;
begin
    if exists (select from private.account_pins as p where p.account_id = v_account) and not exists (
        select
        from auth.sessions as s
        where
            s.id = private.session_id() and s.user_id = v_account
            and s.created_at > now() - (select p.length from private.periods as p where p.name = 'pin_reset')
    ) then
        if not private.verify_pin(v_account, current_pin) then
            return;
        end if;
    end if;
    insert into private.account_pins as p (account_id, salt, digest, rounds)
    values (v_account, v_salt, private.hash_pin(pin, v_salt, v_rounds), v_rounds)
    on conflict on constraint account_pins_pkey do update set
        salt = excluded.salt, digest = excluded.digest, rounds = excluded.rounds, set_at = now(), failed_at = '{}';
end
$$;
comment on function private.store_pin(text, text) is 'Set the PIN of the caller''s account.';
revoke execute on function private.store_pin(text, text) from public;
grant execute on function private.store_pin(text, text) to authenticated;
