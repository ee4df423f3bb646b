-- The profile that the caller's session is bound to while it is in kids mode; null while it is not. Never raises.
-- Definer: no client may read which sessions are in kids mode.
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
comment on function private.kids_profile_id() is 'The profile that a session in kids mode is bound to.';
revoke execute on function private.kids_profile_id() from public;
grant execute on function private.kids_profile_id() to anon, authenticated, service_role;
