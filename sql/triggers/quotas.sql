-- Enforces private.quotas on consents, interactions, ratings and user metadata.
create or replace trigger limit_consents
after insert on public.consents referencing new table as changed_rows
for each statement execute function private.limit_consents();

create or replace trigger limit_interactions
after insert on public.interactions referencing new table as changed_rows
for each statement execute function private.limit_interactions();

create or replace trigger limit_ratings
before update of rating_count on public.raters
for each row when (new.profile_id is not null and new.rating_count > old.rating_count)
execute function private.limit_ratings();

create or replace trigger limit_user_metadata
before insert on auth.users
for each row execute function private.limit_user_metadata();

create or replace trigger limit_new_user_metadata
before update of raw_user_meta_data on auth.users
for each row when (new.raw_user_meta_data is distinct from old.raw_user_meta_data)
execute function private.limit_user_metadata();
