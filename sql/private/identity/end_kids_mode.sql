-- Helper. Ends kids mode of the caller's session if the PIN is correct; outside kids mode the PIN is not compared.
-- Returns {"kids_mode": false}, or the error body of private.try_pin.
-- Definer: clients may not write kids_sessions.
create or replace function private.end_kids_mode(pin text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    v_refusal jsonb;
begin
    if private.kids_profile_id() is not null then
        v_refusal := private.try_pin(private.caller_id(), pin);
        if v_refusal is not null then
            return v_refusal;
        end if;
        delete from private.kids_sessions as k where k.session_id = private.session_id();
    end if;
    return '{"kids_mode": false}';
end
$$;
comment on function private.end_kids_mode(text) is 'End kids mode of the caller''s session if the PIN is correct.';
revoke execute on function private.end_kids_mode(text) from public;
grant execute on function private.end_kids_mode(text) to authenticated;
