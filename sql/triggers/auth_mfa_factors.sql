-- Second factors cannot change while a session of the user is in kids mode.
create or replace trigger keep_sign_in
before insert on auth.mfa_factors
for each row execute function private.guard_sign_in();

-- When a factor is used, Auth updates other columns and deletes factors that were never verified.
create or replace trigger keep_sign_in_removed
before delete on auth.mfa_factors
for each row when (old.status = 'verified') execute function private.guard_sign_in();

create or replace trigger keep_sign_in_changed
before update on auth.mfa_factors
for each row when (
    (old.user_id, old.factor_type, old.status, old.secret, old.phone)
    is distinct from (new.user_id, new.factor_type, new.status, new.secret, new.phone)
)
execute function private.guard_sign_in();
