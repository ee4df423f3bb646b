-- For whom a list of the caller's is made: the acting profile; for anon nothing is hidden by age. All null for the
-- service: it sees everything. Never raises.
-- Definer: it reads accounts, and ratings before any policy lets them be read.
create or replace function private.current_viewer() returns private.viewer
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_rater uuid := private.current_rater_id();
begin
    if v_rater is null and private.is_service() then
        return null;
    end if;
    return private.viewer_of_rater(v_rater);
end
$$;
comment on function private.current_viewer() is 'For whom a list of the caller''s is made.';
revoke execute on function private.current_viewer() from public;
grant execute on function private.current_viewer() to anon, authenticated, service_role;
