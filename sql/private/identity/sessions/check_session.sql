-- Helper. Refuses a request whose token is no longer valid; private.session_error finds the reason.
-- Raises 401 account_suspended, user_banned, session_ended; 403 role_revoked, profile_refused.
create or replace function private.check_session() returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_fault text := private.session_error();
begin
    if v_fault is null then
        return;
    end if;
    case v_fault
        when 'account_suspended' then
            perform private.refuse(401, 'account_suspended', 'This account is suspended.', 'Sign out.');
        when 'user_banned' then
            perform private.refuse(401, 'user_banned', 'This user is banned.', 'Sign out.');
        when 'session_ended' then
            perform private.refuse(401, 'session_ended', 'This session has ended.', 'Sign in again.');
        when 'role_revoked' then
            perform private.refuse(403, 'role_revoked', 'This user is no longer an admin.', 'Refresh the session.');
        when 'profile_refused' then
            perform private.refuse(
                403, 'profile_refused', 'x-profile-id is none of your profiles.',
                'Send the id of one of your profiles, or no header.'
            );
    end case;
end
$$;
comment on function private.check_session() is 'Raise an error if the caller''s token is no longer valid.';
revoke execute on function private.check_session() from public;
grant execute on function private.check_session() to anon, authenticated, service_role;
