-- Helper. Returns the acting profile. In kids mode this is the profile that the session is bound to, whatever the
-- request says. Otherwise it is the caller's profile that the header x-profile-id names, without the header the default
-- profile. Null if the header names no profile of the caller, for anon and for workers. Never raises.
-- Definer: policies and defaults call it before the caller may read any row of profiles.
create or replace function private.current_profile_id() returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_account uuid := private.caller_id();
    v_bound uuid;
    v_named text;
begin
    if v_account is null then
        return null;
    end if;
    v_bound := private.kids_profile_id();
    v_named := private.request_header('x-profile-id');
    if v_bound is null and v_named is null then
        return (select p.id from public.profiles as p where p.account_id = v_account and p.is_default);
    end if;
    return (
        select p.id
        from public.profiles as p
        where p.id = coalesce(v_bound, private.as_uuid(v_named)) and p.account_id = v_account
    );
end
$$;
comment on function private.current_profile_id() is 'The acting profile; null if there is none.';
revoke execute on function private.current_profile_id() from public;
grant execute on function private.current_profile_id() to anon, authenticated, service_role;
