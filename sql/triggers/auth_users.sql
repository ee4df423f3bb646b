-- Auth users. A new user gets an account and a default profile; accounts.email follows a changed address; the ratings
-- of an anonymous user count once the user is permanent; a deletion, hard or soft, also deletes rows that cascades do
-- not reach; credentials cannot change while a session is in kids mode; user metadata has a limit.
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
for each row execute function private.delete_user_data();

create or replace trigger forget_soft
after update of deleted_at on auth.users
for each row when (old.deleted_at is null and new.deleted_at is not null) execute function private.delete_user_data();

create or replace trigger keep_kids_mode
before update of encrypted_password, email, phone, email_change, phone_change on auth.users
for each row when (
    (old.encrypted_password, old.email, old.phone, old.email_change, old.phone_change)
    is distinct from (new.encrypted_password, new.email, new.phone, new.email_change, new.phone_change)
)
execute function private.guard_kids_mode();

create or replace trigger limit_user_metadata
before insert on auth.users
for each row execute function private.limit_user_metadata();

create or replace trigger limit_new_user_metadata
before update of raw_user_meta_data on auth.users
for each row when (new.raw_user_meta_data is distinct from old.raw_user_meta_data)
execute function private.limit_user_metadata();
