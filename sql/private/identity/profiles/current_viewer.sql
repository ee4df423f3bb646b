-- Helper. Returns the viewer that lists are built for: the acting profile's; for anon one without an age limit; all
-- null for the service, which sees everything. Never raises.
-- Definer: it reads accounts, and ratings before a policy permits them.
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
comment on function private.current_viewer() is 'The viewer that the caller''s lists are built for.';
revoke execute on function private.current_viewer() from public;
grant execute on function private.current_viewer() to anon, authenticated, service_role;
