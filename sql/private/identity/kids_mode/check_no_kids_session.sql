-- Helper. Raises PT403 while a session of the user is in kids mode, unless the user is deleted. Called by definer
-- functions only.
create or replace function private.check_no_kids_session(user_id uuid) returns void
language plpgsql stable set search_path = ''
as $$
begin
    if exists (
        select
        from auth.users as u
        join auth.sessions as s on s.user_id = u.id
        join private.kids_sessions as k on k.session_id = s.id
        where u.id = check_no_kids_session.user_id and u.deleted_at is null
    ) then
        raise exception 'a session of this user is in kids mode'
            using errcode = 'PT403', hint = 'Leave kids mode, or sign the other sessions out first.';
    end if;
end
$$;
comment on function private.check_no_kids_session(uuid) is
'Raise an error while a session of the user is in kids mode.';
revoke execute on function private.check_no_kids_session(uuid) from public;
