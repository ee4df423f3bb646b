-- Puts the caller's session into kids mode: all its requests act as one kids profile until leave_kids_mode is called
-- with the account's PIN.
-- In kids mode the header x-profile-id is ignored, also after a token refresh. A second call with the same profile
-- changes nothing. Other sessions of the account and new sign-ins are not affected.
--   profile_id  one of your own kids profiles
-- Returns nothing.
-- Raises 22023 for a missing id or a profile that is not a kids profile, 42501 for another user's profile or a token
-- without a session, PT409 if the account has no PIN (set_account_pin), kids_mode for a session in kids mode with
-- another profile.
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
comment on function public.enter_kids_mode(uuid) is 'Puts the caller''s session into kids mode.';
revoke execute on function public.enter_kids_mode(uuid) from public, service_role;
grant execute on function public.enter_kids_mode(uuid) to authenticated;
