-- For each check constraint of a column that clients write, a trigger refuses invalid values with a readable sentence
-- first; sql/lint/client_values.sql finds constraints without one.
create or replace trigger refuse_display_name
before insert or update on public.accounts
for each row when (not private.is_plain_text(new.display_name, 100))
execute function private.refuse_value(
    'accounts_display_name_plain', 'display_name',
    'display_name must have 1 to 100 characters, at least one visible, no invisible ones and no direction marks'
);

create or replace trigger refuse_username
before insert or update on public.accounts
for each row when (new.username::text !~ '^[A-Za-z0-9_]{3,30}$')
execute function private.refuse_value(
    'accounts_username_form', 'username', 'username must have 3 to 30 characters of A-Z, a-z, 0-9 and _'
);

create or replace trigger refuse_locale
before insert or update on public.accounts
for each row when (length(new.locale) > 35 or new.locale !~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$')
execute function private.refuse_value(
    'accounts_locale_form', 'locale', 'locale must be a BCP 47 tag of up to 35 characters, such as hi or pt-BR'
);

create or replace trigger refuse_time_zone
before insert or update on public.accounts
for each row when (new.time_zone !~ '^[A-Za-z0-9_+/-]{1,60}$')
execute function private.refuse_value(
    'accounts_time_zone_form', 'time_zone', 'time_zone must be an IANA name such as Europe/Paris'
);

create or replace trigger refuse_country
before insert or update on public.accounts
for each row when (new.country !~ '^[A-Z]{2}$')
execute function private.refuse_value(
    'accounts_country_code', 'country', 'country must be two capital letters (ISO 3166), such as IN'
);

create or replace trigger refuse_reserved_display_name
before update of display_name on public.accounts
for each row when (new.display_name is distinct from old.display_name)
execute function private.refuse_reserved_name('display_name');

create or replace trigger refuse_reserved_username
before update of username on public.accounts
for each row when (new.username is distinct from old.username)
execute function private.refuse_reserved_name('username');

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
for each row when (new.maturity_rating not in ('G', 'PG', 'PG-13', 'R', 'NC-17'))
execute function private.refuse_value(
    'profiles_maturity_known', 'maturity_rating', 'maturity_rating must be G, PG, PG-13, R or NC-17'
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

create or replace trigger refuse_rating
before insert or update on public.ratings
for each row when (not (new.rating between 0.5 and 5.0 and new.rating * 2 = floor(new.rating * 2)))
execute function private.refuse_value(
    'ratings_half_steps', 'rating', 'rating must be 0.5 to 5.0 in half steps'
);

create or replace trigger refuse_purpose
before insert on public.consents
for each row when (new.purpose !~ '^[a-z][a-z0-9_]{0,49}$')
execute function private.refuse_value(
    'consents_purpose_form', 'purpose', 'purpose must be one of consent_purposes'
);

create or replace trigger refuse_document_version
before insert on public.consents
for each row when (not private.is_plain_text(new.document_version, 50))
execute function private.refuse_value(
    'consents_version_plain', 'document_version',
    'document_version must have 1 to 50 characters, at least one visible and no invisible ones'
);
