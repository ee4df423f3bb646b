-- Helper. Returns why a signed-in caller's access token is no longer valid, although its signature and expiry are; null
-- if it is valid, and for anon and the service:
--   account_suspended  an admin suspended the account
--   user_banned        Auth banned the user
--   session_ended      the session ended, or the user was softly deleted
--   role_revoked       the token has the role admin, and the user no longer has it
--   profile_refused    the header x-profile-id names no profile of the caller
-- A token without session_id, which only the operator can sign, has no session to check. Every table is read by its
-- key. Never raises: the policy of storage.objects calls it, because Storage runs no request check.
-- Definer: it reads auth.sessions and auth.users, which clients may not read.
create or replace function private.session_error() returns text
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
    v_is_deleted boolean;
begin
    if current_setting('role', true) is distinct from 'authenticated' then
        return null;
    end if;
    v_claims := nullif(current_setting('request.jwt.claims', true), '');
    v_user := private.as_uuid(v_claims ->> 'sub');
    v_session := nullif(v_claims ->> 'session_id', '00000000-0000-0000-0000-000000000000');
    v_session_id := private.as_uuid(v_session);
    v_profile := private.request_header('x-profile-id');

    select u.banned_until, a.status, s.id is not null, u.deleted_at is not null
    into v_banned_until, v_status, v_is_live, v_is_deleted
    from auth.users as u
    left join public.accounts as a on a.id = v_user
    left join auth.sessions as s
        on s.id = v_session_id and s.user_id = v_user and (s.not_after is null or s.not_after > now())
    where u.id = v_user;

    if v_status = 'suspended' then
        return 'account_suspended';
    elsif v_banned_until > now() then
        return 'user_banned';
    elsif v_is_deleted or v_session is not null and v_is_live is not true then
        return 'session_ended';
    elsif v_claims #> '{app_metadata,roles}' ? 'admin' and not exists (
        select from private.user_roles as r where r.user_id = v_user and r.role = 'admin'
    ) then
        return 'role_revoked';
    elsif v_profile is not null and not exists (
        select from public.profiles as p where p.id = private.as_uuid(v_profile) and p.account_id = v_user
    ) then
        return 'profile_refused';
    end if;
    return null;
end
$$;
comment on function private.session_error() is 'Why the caller''s token is no longer valid; null: it is valid.';
revoke execute on function private.session_error() from public;
grant execute on function private.session_error() to anon, authenticated, service_role;
