-- Linked identities cannot change while a session of the user is in kids mode.
create or replace trigger keep_sign_in
before insert on auth.identities
for each row execute function private.guard_sign_in();

create or replace trigger keep_sign_in_removed
before delete on auth.identities
for each row execute function private.guard_sign_in();

-- Auth updates other columns at each sign-in.
create or replace trigger keep_sign_in_changed
before update on auth.identities
for each row when (
    (old.user_id, old.provider, old.provider_id) is distinct from (new.user_id, new.provider, new.provider_id)
)
execute function private.guard_sign_in();
