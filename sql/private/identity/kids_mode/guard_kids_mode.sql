-- Trigger. While a session of the user is in kids mode, refuses changes of password, e-mail address and phone number:
-- Auth would accept them from that session too, and a child who sets the password could sign in with it. Raises PT403,
-- which Auth returns as 403 with the message. A user can leave kids mode or first sign out the other sessions (signOut
-- with scope others). A soft deletion is permitted.
-- Definer: the role of Auth may not read private tables.
create or replace function private.guard_kids_mode() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if new.deleted_at is null then
        perform private.check_no_kids_session(new.id);
    end if;
    return new;
end
$$;
comment on function private.guard_kids_mode() is 'Trigger. Refuses new credentials while a session is in kids mode.';
revoke execute on function private.guard_kids_mode() from public;
