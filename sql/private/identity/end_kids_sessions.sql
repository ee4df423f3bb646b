-- Trigger: before a profile is deleted, the sessions that are in kids mode with it end: they must sign in again, since
-- without their profile they would act as another one.
-- Definer: clients do not write auth.sessions.
create or replace function private.end_kids_sessions() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    delete from auth.sessions as s
    using private.kids_sessions as k
    where k.profile_id = old.id and s.id = k.session_id;
    return old;
end
$$;
comment on function private.end_kids_sessions() is 'Trigger: ends the sessions in kids mode of a deleted profile.';
revoke execute on function private.end_kids_sessions() from public;
