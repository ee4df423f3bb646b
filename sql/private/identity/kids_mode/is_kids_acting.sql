-- Helper. Returns whether the session is in kids mode or the acting profile is a kids profile. Never raises.
-- Definer: policies and triggers call it before the caller may read any row of profiles.
create or replace function private.is_kids_acting() returns boolean
language sql stable security definer set search_path = ''
as $$
    select private.kids_profile_id() is not null or exists (
        select from public.profiles as p where p.id = private.current_profile_id() and p.is_kids
    )
$$;
comment on function private.is_kids_acting() is 'Whether a kids profile acts.';
revoke execute on function private.is_kids_acting() from public;
grant execute on function private.is_kids_acting() to anon, authenticated, service_role;
