-- Accounts: updated_at is set, the time zone is checked, reserved names are refused, and a kids profile changes
-- nothing. Each check constraint of a column that clients write has a trigger that refuses invalid values with a
-- sentence first (sql/lint/client_values.sql finds constraints without one).
create or replace trigger touch
before update on public.accounts
for each row execute function private.touch();

create or replace trigger check_time_zone
before update of time_zone on public.accounts
for each row when (new.time_zone is distinct from old.time_zone) execute function private.check_time_zone();

create or replace trigger refuse_kids
before update on public.accounts
for each statement execute function private.refuse_kids();

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
