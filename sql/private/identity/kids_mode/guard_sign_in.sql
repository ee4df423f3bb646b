-- Trigger. While a session of the user is in kids mode, refuses another way to sign in: a new, changed or removed
-- second factor or linked identity, as private.guard_kids_mode refuses a new password. Raises PT403. What Auth writes
-- at a sign-in on another device is permitted, and so is the deletion of the user.
-- Definer: the role of Auth may not read private tables.
create or replace function private.guard_sign_in() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.check_no_kids_session(coalesce(new.user_id, old.user_id));
    return coalesce(new, old);
end
$$;
comment on function private.guard_sign_in() is
'Trigger. Refuses new factors and identities while a session is in kids mode.';
revoke execute on function private.guard_sign_in() from public;
