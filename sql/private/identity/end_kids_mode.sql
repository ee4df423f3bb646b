-- End kids mode of the caller's session, if the PIN is right; nothing is compared where it is not in kids mode. Returns
-- whether it is in kids mode, or the refusal of private.try_pin.
-- Definer: clients do not write which sessions are in kids mode.
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
comment on function private.end_kids_mode(text) is 'End kids mode of the caller''s session, if the PIN is right.';
revoke execute on function private.end_kids_mode(text) from public;
grant execute on function private.end_kids_mode(text) to authenticated;
