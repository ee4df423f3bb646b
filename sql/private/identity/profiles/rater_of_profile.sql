-- Helper. Returns the rater of a profile: the acting profile for null, one of the caller's own, or any profile for the
-- service.
-- Raises 42501 for a profile that is not the caller's, PT404 if the service names an unknown one, 403 kids_mode for a
-- profile other than the acting one while a kids profile acts.
-- Definer: it reads profiles that the caller may not read, to refuse them.
create or replace function private.rater_of_profile(profile_id uuid) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_rater uuid;
    v_account uuid;
begin
    if profile_id is null then
        return private.current_rater_id();
    end if;
    select r.id, p.account_id into v_rater, v_account
    from public.profiles as p
    join public.raters as r on r.profile_id = p.id
    where p.id = rater_of_profile.profile_id;
    if v_account = private.caller_id() and profile_id is distinct from private.current_profile_id() then
        perform private.check_not_kids();
    end if;
    if v_account = private.caller_id() or (private.is_service() and v_rater is not null) then
        return v_rater;
    end if;
    if private.is_service() then
        raise exception 'there is no profile %', profile_id
            using errcode = 'PT404', detail = '{"field": "profile_id"}';
    end if;
    raise exception 'this profile is not yours'
        using errcode = '42501', detail = '{"field": "profile_id"}',
        hint = 'Send the id of one of your profiles, or omit it.';
end
$$;
comment on function private.rater_of_profile(uuid) is 'The rater of a profile, if the caller may act for it.';
revoke execute on function private.rater_of_profile(uuid) from public;
grant execute on function private.rater_of_profile(uuid) to anon, authenticated, service_role;
