-- Trigger: while a session of a user is in kids mode, password, address and telephone number stay: Auth would change
-- them for that session too, and a child who chose the password could sign in by it. Raises PT403,
-- which Auth returns as 403 with the message. A user who signs the other sessions out first (signOut with scope others)
-- may change them; a soft deletion may.
-- Definer: the auth server's role may not read private tables.
create or replace function private.keep_kids_mode() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if new.deleted_at is null and exists (
        select
        from auth.sessions as s
        join private.kids_sessions as k on k.session_id = s.id
        where s.user_id = new.id
    ) then
        raise exception 'a session of this user is in kids mode'
            using errcode = 'PT403', hint = 'Leave kids mode, or sign the other sessions out first.';
    end if;
    return new;
end
$$;
comment on function private.keep_kids_mode() is 'Trigger: refuses a new password while a session is in kids mode.';
revoke execute on function private.keep_kids_mode() from public;
