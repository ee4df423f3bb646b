-- Helper. Returns the profile that the caller's session is bound to in kids mode; null outside kids mode. Never raises.
-- Definer: clients may not read kids_sessions.
create or replace function private.kids_profile_id() returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_session uuid := private.session_id();
begin
    if v_session is null then
        return null;
    end if;
    return (select k.profile_id from private.kids_sessions as k where k.session_id = v_session);
end
$$;
comment on function private.kids_profile_id() is 'The profile that a session in kids mode is bound to; else null.';
revoke execute on function private.kids_profile_id() from public;
grant execute on function private.kids_profile_id() to anon, authenticated, service_role;
