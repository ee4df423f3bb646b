-- Helper. Returns the viewer that a list is built for: the acting profile for null (as private.current_viewer), one of
-- the caller's own profiles, or any profile for the service. Raises as private.rater_of_profile.
-- Definer: it reads a profile that is not the acting one, and accounts.
create or replace function private.viewer(profile_id uuid default null) returns private.viewer
language plpgsql stable security definer set search_path = ''
as $$
begin
    if profile_id is null then
        return private.current_viewer();
    end if;
    return private.viewer_of_rater(private.rater_of_profile(profile_id));
end
$$;
comment on function private.viewer(uuid) is 'The viewer of a profile, if the caller may act for it.';
revoke execute on function private.viewer(uuid) from public;
grant execute on function private.viewer(uuid) to anon, authenticated, service_role;
