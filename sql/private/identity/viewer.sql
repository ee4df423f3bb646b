-- For whom a list is made: the acting profile for null (as private.current_viewer), one's own, or anybody's for the
-- service. Raises as private.rater_of_profile.
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
comment on function private.viewer(uuid) is 'For whom a list is made, if the caller may ask.';
revoke execute on function private.viewer(uuid) from public;
grant execute on function private.viewer(uuid) to anon, authenticated, service_role;
