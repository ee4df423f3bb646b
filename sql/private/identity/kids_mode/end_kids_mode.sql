-- Helper. Ends kids mode of the caller's session if the PIN is correct, else sets the status as private.verify_pin;
-- outside kids mode the PIN is not compared.
-- Definer: clients may not write kids_sessions.
create or replace function private.end_kids_mode(pin text) returns void
language plpgsql security definer set search_path = ''
as $$
begin
    if private.kids_profile_id() is not null and private.verify_pin(private.caller_id(), pin) then
        delete from private.kids_sessions as k where k.session_id = private.session_id();
    end if;
end
$$;
comment on function private.end_kids_mode(text) is 'End kids mode of the caller''s session if the PIN is correct.';
revoke execute on function private.end_kids_mode(text) from public;
grant execute on function private.end_kids_mode(text) to authenticated;
