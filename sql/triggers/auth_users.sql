-- Auth users. A new user gets an account and a default profile; accounts.email follows a changed address; the ratings
-- of an anonymous user count once the user is permanent; a deletion, hard or soft, also deletes rows that cascades do
-- not reach; credentials, second factors and linked identities cannot change while a session is in kids mode. The limit
-- of user metadata is in quotas.sql.
create or replace trigger create_account
after insert on auth.users
for each row execute function private.create_account();

create or replace trigger mirror_email
after update of email on auth.users
for each row when (old.email is distinct from new.email) execute function private.mirror_email();

create or replace trigger count_user
after update of is_anonymous on auth.users
for each row when (old.is_anonymous is distinct from new.is_anonymous) execute function private.count_user();

create or replace trigger forget_user
before delete on auth.users
for each row execute function private.forget_user();

create or replace trigger forget_soft
after update of deleted_at on auth.users
for each row when (old.deleted_at is null and new.deleted_at is not null) execute function private.forget_user();

create or replace trigger keep_kids_mode
before update of encrypted_password, email, phone, email_change, phone_change on auth.users
for each row when (
    (old.encrypted_password, old.email, old.phone, old.email_change, old.phone_change)
    is distinct from (new.encrypted_password, new.email, new.phone, new.email_change, new.phone_change)
)
execute function private.keep_kids_mode();

create or replace trigger keep_sign_in
before insert on auth.identities
for each row execute function private.keep_sign_in();

create or replace trigger keep_sign_in_removed
before delete on auth.identities
for each row execute function private.keep_sign_in();

-- Auth updates other columns at each sign-in.
create or replace trigger keep_sign_in_changed
before update on auth.identities
for each row when (
    (old.user_id, old.provider, old.provider_id) is distinct from (new.user_id, new.provider, new.provider_id)
)
execute function private.keep_sign_in();

create or replace trigger keep_sign_in
before insert on auth.mfa_factors
for each row execute function private.keep_sign_in();

-- When a factor is used, Auth updates other columns and deletes factors that were never verified.
create or replace trigger keep_sign_in_removed
before delete on auth.mfa_factors
for each row when (old.status = 'verified') execute function private.keep_sign_in();

create or replace trigger keep_sign_in_changed
before update on auth.mfa_factors
for each row when (
    (old.user_id, old.factor_type, old.status, old.secret, old.phone)
    is distinct from (new.user_id, new.factor_type, new.status, new.secret, new.phone)
)
execute function private.keep_sign_in();
