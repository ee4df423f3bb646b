-- Refuse what an access token still says and the database no longer does, for a signed-in caller: its session has
-- ended, its user is banned, its account suspended, its role of an admin taken away; and a header x-profile-id that
-- names no profile of the caller's. Every table is asked by its key, and only where there is something to ask. A token
-- without a session_id, which only the operator can sign, has no session to end. anon and the service pass.
-- Raises 401 account_suspended, user_banned, session_ended; 403 role_revoked, profile_refused.
-- Definer: it reads auth.sessions and auth.users, which are nobody's to read.
create or replace function private.check_session() returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_claims jsonb;
    v_user uuid;
    v_session text;
    v_session_id uuid;
    v_profile text;
    v_banned_until timestamptz;
    v_status text;
    v_is_live boolean;
begin
    if current_setting('role', true) is distinct from 'authenticated' then
        return;
    end if;
    v_claims := nullif(current_setting('request.jwt.claims', true), '');
    v_user := private.as_uuid(v_claims ->> 'sub');
    v_session := nullif(v_claims ->> 'session_id', '00000000-0000-0000-0000-000000000000');
    v_session_id := private.as_uuid(v_session);
    v_profile := private.request_header('x-profile-id');

    select u.banned_until, a.status, s.id is not null into v_banned_until, v_status, v_is_live
    from auth.users as u
    left join public.accounts as a on a.id = v_user
    left join auth.sessions as s
        on s.id = v_session_id and s.user_id = v_user and (s.not_after is null or s.not_after > now())
    where u.id = v_user;

    if v_status = 'suspended' then
        perform private.refuse(401, 'account_suspended', 'This account is suspended.', 'Sign out.');
    elsif v_banned_until > now() then
        perform private.refuse(401, 'user_banned', 'This user is banned.', 'Sign out.');
    elsif v_session is not null and v_is_live is not true then
        perform private.refuse(401, 'session_ended', 'This session has ended.', 'Sign in again.');
    elsif v_claims #> '{app_metadata,roles}' ? 'admin' and not exists (
        select from private.user_roles as r where r.user_id = v_user and r.role = 'admin'
    ) then
        perform private.refuse(403, 'role_revoked', 'This user is no admin any more.', 'Refresh the session.');
    elsif v_profile is not null and not exists (
        select from public.profiles as p where p.id = private.as_uuid(v_profile) and p.account_id = v_user
    ) then
        perform private.refuse(
            403, 'profile_refused', 'x-profile-id names no profile of yours.', 'Send one of your own, or none.'
        );
    end if;
end
$$;
comment on function private.check_session() is 'Refuse a token that the database no longer stands by.';
revoke execute on function private.check_session() from public;
grant execute on function private.check_session() to anon, authenticated, service_role;
