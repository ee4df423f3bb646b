-- Refuse what an access token still says and the database no longer does, for a signed-in caller: its session has
-- ended, its user is banned, its account suspended, its role of an admin taken away; and a header x-profile-id that
-- names no profile of the caller's. One query, each table by its key. A token without a session_id, which only the
-- operator can sign, has no session to end. anon and the service pass.
-- Raises 401 account_suspended, user_banned, session_ended; 403 role_revoked, profile_refused.
-- Definer: it reads auth.sessions and auth.users, which are nobody's to read.
create or replace function private.check_session() returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_claims jsonb;
    v_session text;
    v_profile text;
    v_found record;
begin
    if current_setting('role', true) is distinct from 'authenticated' then
        return;
    end if;
    v_claims := auth.jwt();
    v_session := nullif(v_claims ->> 'session_id', '00000000-0000-0000-0000-000000000000');
    v_profile := private.request_header('x-profile-id');
    select
        a.status = 'suspended' as is_suspended,
        u.banned_until > now() as is_banned,
        s.id as session_id,
        r.role as admin_role,
        p.id as profile_id
    into v_found
    from (select private.caller_id() as id) as c
    left join auth.users as u on u.id = c.id
    left join public.accounts as a on a.id = c.id
    left join auth.sessions as s
        on s.id = private.as_uuid(v_session) and s.user_id = c.id and (s.not_after is null or s.not_after > now())
    left join private.user_roles as r on r.user_id = c.id and r.role = 'admin'
    left join public.profiles as p on p.id = private.as_uuid(v_profile) and p.account_id = c.id;

    case
        when v_found.is_suspended then
            perform private.refuse(401, 'account_suspended', 'This account is suspended.', 'Sign out.');
        when v_found.is_banned then
            perform private.refuse(401, 'user_banned', 'This user is banned.', 'Sign out.');
        when v_session is not null and v_found.session_id is null then
            perform private.refuse(401, 'session_ended', 'This session has ended.', 'Sign in again.');
        when v_claims #> '{app_metadata,roles}' ? 'admin' and v_found.admin_role is null then
            perform private.refuse(403, 'role_revoked', 'This user is no admin any more.', 'Refresh the session.');
        when v_profile is not null and v_found.profile_id is null then
            perform private.refuse(
                403, 'profile_refused', 'x-profile-id names no profile of yours.', 'Send one of your own, or none.'
            );
        else null;
    end case;
end
$$;
comment on function private.check_session() is 'Refuse a token that the database no longer stands by.';
revoke execute on function private.check_session() from public;
grant execute on function private.check_session() to anon, authenticated, service_role;
