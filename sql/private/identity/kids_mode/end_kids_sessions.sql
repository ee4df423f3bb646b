-- Trigger. Before a profile is deleted, deletes the sessions that are in kids mode with it: without the profile they
-- would act as another one. Their users must sign in again.
-- Definer: clients may not write auth.sessions.
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
comment on function private.end_kids_sessions() is 'Trigger. Ends the sessions in kids mode of a deleted profile.';
revoke execute on function private.end_kids_sessions() from public;
