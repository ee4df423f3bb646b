-- Profiles: an account has at least one, at most its tier's limit, and one default; each has a rater, and its ratings
-- remain under a new pseudonym when it is deleted; a kids profile changes only its own harmless fields; the published
-- picture follows avatar_path; invalid values are refused with a sentence.
create or replace trigger touch
before update on public.profiles
for each row execute function private.touch();

create or replace trigger guard_profile
before insert or update or delete on public.profiles
for each row execute function private.guard_profile();

create or replace trigger limit_profiles
before insert on public.profiles
for each row execute function private.limit_profiles();

create or replace trigger create_rater
after insert on public.profiles
for each row execute function private.create_rater();

create or replace trigger lock_own_account
before delete on public.profiles
for each statement execute function private.lock_own_account();

create or replace trigger keep_last_profile
before delete on public.profiles
for each row execute function private.guard_last_profile();

create or replace trigger replace_default_profile
after delete on public.profiles
for each row when (old.is_default) execute function private.replace_default_profile();

create or replace trigger unname_ratings
before delete on public.profiles
for each row execute function private.pseudonymise_ratings();

create or replace trigger end_kids_sessions
before delete on public.profiles
for each row execute function private.end_kids_sessions();

create or replace trigger forget_age_rule
after insert or update or delete on public.profiles
for each statement execute function private.reset_age_rule();

create or replace trigger hold_rows
before insert or update or delete on public.profiles
for each statement execute function private.hold_rows();

create or replace trigger admit_inserted
after insert on public.profiles referencing new table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger admit_deleted
after delete on public.profiles referencing old table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger enqueue_portraits
after insert or update of avatar_path on public.profiles
for each row when (new.avatar_path is not null or new.portrait_path is not null)
execute function private.enqueue_portraits();

create or replace trigger enqueue_portraits_without
after delete on public.profiles
for each row when (old.portrait_path is not null) execute function private.enqueue_portraits();

create or replace trigger refuse_name
before insert or update on public.profiles
for each row when (not private.is_plain_text(new.name, 100))
execute function private.refuse_value(
    'profiles_name_plain', 'name',
    'name must have 1 to 100 characters, at least one visible, no invisible ones and no direction marks'
);

create or replace trigger refuse_avatar_path
before insert or update on public.profiles
for each row when (not private.is_own_path(new.avatar_path, new.account_id))
execute function private.refuse_value(
    'profiles_avatar_path_own', 'avatar_path',
    'avatar_path must be a path of up to 300 characters in the folder named by your user id, such as <id>/me.png'
);

create or replace trigger refuse_maturity_rating
before insert or update on public.profiles
for each row when (not private.is_maturity_rating(new.maturity_rating))
execute function private.refuse_value(
    'profiles_maturity_known', 'maturity_rating',
    'maturity_rating must be a name of maturity_ratings, such as PG-13 or FSK 12'
);

create or replace trigger refuse_language_preference
before insert or update on public.profiles
for each row when (new.language_preference !~ '^[a-z]{2,3}$')
execute function private.refuse_value(
    'profiles_language_code', 'language_preference',
    'language_preference must be two or three lower-case letters (ISO 639), such as en'
);

create or replace trigger refuse_learning_languages
before insert or update on public.profiles
for each row when (not private.are_language_codes(new.learning_languages))
execute function private.refuse_value(
    'profiles_learning_languages_codes', 'learning_languages',
    'learning_languages must be a list of up to 20 codes of two or three lower-case letters (ISO 639)'
);

create or replace trigger refuse_preferences
before insert or update on public.profiles
for each row when (not private.is_small_json(new.preferences, 16000))
execute function private.refuse_value(
    'profiles_preferences_small', 'preferences',
    'preferences must be a JSON object of up to 16,000 bytes and 8 levels'
);
