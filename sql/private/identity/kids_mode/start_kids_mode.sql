-- Helper. Binds the caller's session to a kids profile; repeating it with the same profile does nothing. Raises 42501
-- for a profile that is not the caller's and for a token without a session, 22023 for a profile that is no kids
-- profile, PT409 if the account has no PIN, 403 kids_mode if the session is bound to another profile.
-- Definer: clients may not write kids_sessions.
create or replace function private.start_kids_mode(profile_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    v_account uuid;
    v_session uuid := private.session_id();
begin
    if private.kids_profile_id() = start_kids_mode.profile_id then
        return;
    elsif private.kids_profile_id() is not null then
        perform private.check_not_kids();
    end if;
    select p.account_id into v_account
    from public.profiles as p
    where p.id = start_kids_mode.profile_id and p.account_id = private.caller_id() and p.is_kids;
    if v_account is null then
        if not exists (
            select from public.profiles as p
            where p.id = start_kids_mode.profile_id and p.account_id = private.caller_id()
        ) then
            raise exception 'this profile is not yours'
                using errcode = '42501', detail = '{"field": "profile_id"}',
                hint = 'Send the id of one of your profiles.';
        end if;
        raise exception 'this profile is not a kids profile'
            using errcode = '22023', detail = '{"field": "profile_id"}';
    end if;
    if not exists (select from private.account_pins as p where p.account_id = v_account) then
        raise exception 'kids mode requires a PIN'
            using errcode = 'PT409', hint = 'Set one with set_account_pin.';
    end if;
    if not exists (select from auth.sessions as s where s.id = v_session and s.user_id = v_account) then
        raise exception 'this token has no session' using errcode = '42501', hint = 'Sign in.';
    end if;
    insert into private.kids_sessions (session_id, profile_id) values (v_session, start_kids_mode.profile_id);
end
$$;
comment on function private.start_kids_mode(uuid) is 'Bind the caller''s session to a kids profile.';
revoke execute on function private.start_kids_mode(uuid) from public;
grant execute on function private.start_kids_mode(uuid) to authenticated;
