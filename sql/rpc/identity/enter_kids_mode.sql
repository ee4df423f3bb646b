-- Put the caller's session into kids mode: from now on all its requests act as one kids profile, whatever x-profile-id
-- says, also after a refresh, until leave_kids_mode is called with the PIN of the account. Doing it again with the same
-- profile does nothing. Other sessions of the account, and a new sign-in, are not in kids mode.
--   profile_id  one of one's own profiles, a kids profile
-- Returns nothing.
-- Raises 22023 for a profile that is no kids profile, 42501 for another user's and for a token without a session, PT409
-- before set_account_pin, kids_mode for a session in kids mode with another profile.
-- Roles: authenticated.
-- Example: rpc/enter_kids_mode {"profile_id": "5d3c…"}
-- Example response: 204, no content
create or replace function public.enter_kids_mode(profile_id uuid default null) returns void
language plpgsql set search_path = ''
as $$
begin
    if profile_id is null then
        raise exception 'profile_id is missing' using errcode = '22023', detail = '{"field": "profile_id"}';
    end if;
    perform private.start_kids_mode(profile_id);
end
$$;
comment on function public.enter_kids_mode(uuid) is 'Put the caller''s session into kids mode.';
revoke execute on function public.enter_kids_mode(uuid) from public, service_role;
grant execute on function public.enter_kids_mode(uuid) to authenticated;
