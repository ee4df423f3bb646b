-- Accounts and their profiles, roles, PINs, tiers and subscriptions; how a request finds its caller.

set lock_timeout = '10s';

create table public.accounts (
    id uuid primary key references auth.users (id) on delete cascade,
    email text,
    display_name text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    country text,
    username extensions.citext,
    locale text not null default 'en',
    time_zone text not null default 'UTC',
    status text not null default 'active',
    status_reason text,
    constraint accounts_country_code check (country ~ '^[A-Z]{2}$'),
    constraint accounts_display_name_plain check (private.is_plain_text(display_name, 100)),
    constraint accounts_locale_form check (length(locale) <= 35 and locale ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
    constraint accounts_status_known check (status in ('active', 'suspended', 'deleting')),
    constraint accounts_status_reason_length check (length(status_reason) <= 500),
    constraint accounts_time_zone_form check (time_zone ~ '^[A-Za-z0-9_+/-]{1,60}$'),
    constraint accounts_username_form check (username::text ~ '^[A-Za-z0-9_]{3,30}$')
);
create unique index accounts_username on public.accounts (username);
comment on table public.accounts is 'One row per auth user, created at sign-up.';
comment on column public.accounts.id is 'The auth user''s id.';
comment on column public.accounts.email is 'The e-mail address, copied from the auth user; null for anonymous users.';
comment on column public.accounts.display_name is 'The name other users see, 1 to 100 characters.';
comment on column public.accounts.created_at is 'When the account was created.';
comment on column public.accounts.updated_at is 'When the row last changed.';
comment on column public.accounts.country is
'ISO 3166 code of the owner''s country, two capital letters; used when a request does not reveal its country.';
comment on column public.accounts.username is
'The name by which other users find the account, unique regardless of case: 3 to 30 letters, digits and _; null '
'until chosen.';
comment on column public.accounts.locale is 'BCP 47 tag that decides the language and format of dates and texts.';
comment on column public.accounts.time_zone is
'IANA name of the time zone in which the account''s days begin; a trigger checks it.';
comment on column public.accounts.status is
'active; suspended (by an admin, all requests are refused); deleting (deletion scheduled by its owner, still usable).';
comment on column public.accounts.status_reason is
'Why the account is suspended, written by the admin; its owner may read it.';

create table private.account_pins (
    account_id uuid primary key references public.accounts (id) on delete cascade,
    salt bytea not null,
    digest bytea not null,
    rounds integer not null,
    set_at timestamptz not null default now(),
    failed_at timestamptz[] not null default '{}',
    constraint account_pins_rounds_positive check (rounds > 0)
);
comment on table private.account_pins is 'The PINs with which accounts leave kids mode; written by private.store_pin.';
comment on column private.account_pins.account_id is 'The account.';
comment on column private.account_pins.salt is 'Random bytes, new for each PIN.';
comment on column private.account_pins.digest is 'private.hash_pin of the PIN.';
comment on column private.account_pins.rounds is 'How many rounds of SHA-256 the digest has.';
comment on column private.account_pins.set_at is 'When the PIN was set.';
comment on column private.account_pins.failed_at is
'Times of recent wrong attempts, at most five; cleared by a correct one.';

create table public.profiles (
    id uuid primary key default gen_random_uuid(),
    account_id uuid not null default auth.uid() references public.accounts (id) on delete cascade,
    name text not null,
    is_default boolean not null default false,
    maturity_rating text not null default 'PG-13',
    language_preference text not null default 'en',
    preferences jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    avatar_path text,
    learning_languages text[] not null default '{}',
    is_kids boolean not null default false,
    portrait_path text,
    shows_unrated boolean not null default true,
    constraint profiles_avatar_path_own check (private.is_own_path(avatar_path, account_id)),
    constraint profiles_language_code check (language_preference ~ '^[a-z]{2,3}$'),
    constraint profiles_learning_languages_codes check (private.are_language_codes(learning_languages)),
    constraint profiles_maturity_known check (maturity_rating in ('G', 'PG', 'PG-13', 'R', 'NC-17')),
    constraint profiles_name_plain check (private.is_plain_text(name, 100)),
    constraint profiles_portrait_path_length check (length(portrait_path) <= 300),
    constraint profiles_preferences_small check (private.is_small_json(preferences, 16000))
);
create index profiles_account on public.profiles (account_id);
create unique index profiles_one_default on public.profiles (account_id) where is_default;
comment on table public.profiles is
'The profiles of an account, one per person who watches: taste and history belong to a profile.';
comment on column public.profiles.id is 'The profile''s id.';
comment on column public.profiles.account_id is 'The account that owns the profile.';
comment on column public.profiles.name is 'The profile''s name, 1 to 100 characters.';
comment on column public.profiles.is_default is
'Whether this profile acts when a client names none; exactly one profile of an account.';
comment on column public.profiles.maturity_rating is
'The highest rating this profile sees: by default PG-13, NC-17 for the profile created at sign-up.';
comment on column public.profiles.language_preference is 'ISO 639 code of the language in which titles are shown.';
comment on column public.profiles.preferences is 'The client''s settings for this profile, a JSON object.';
comment on column public.profiles.created_at is 'When the profile was created.';
comment on column public.profiles.updated_at is 'When the row last changed.';
comment on column public.profiles.avatar_path is
'The uploaded picture: a path in bucket avatars, in the folder named by the account''s id; null: no picture.';
comment on column public.profiles.learning_languages is 'ISO 639 codes of the languages being learned, up to 20.';
comment on column public.profiles.is_kids is
'Whether it is a child''s profile: items above PG, above maturity_rating, or unrated do not exist for it.';
comment on column public.profiles.portrait_path is
'The picture that others see: a path in the public bucket portraits, written by a worker; null: none yet.';
comment on column public.profiles.shows_unrated is
'Whether it sees items without a maturity rating; a kids profile never does.';

create table private.kids_sessions (
    session_id uuid primary key references auth.sessions (id) on delete cascade,
    profile_id uuid not null references public.profiles (id),
    entered_at timestamptz not null default now()
);
create index kids_sessions_profile on private.kids_sessions (profile_id);
comment on table private.kids_sessions is
'Sessions in kids mode; each acts only as its kids profile. A row is deleted with its session or by the correct PIN.';
comment on column private.kids_sessions.session_id is 'The session (auth.sessions), as named in access tokens.';
comment on column private.kids_sessions.profile_id is 'The kids profile that the session is bound to.';
comment on column private.kids_sessions.entered_at is 'When the session entered kids mode.';

create table private.user_roles (
    user_id uuid not null references auth.users (id) on delete cascade,
    role text not null,
    granted_at timestamptz not null default now(),
    primary key (user_id, role),
    constraint user_roles_known check (role in ('student', 'tutor', 'editor', 'reviewer', 'admin'))
);
alter table private.user_roles enable row level security;
comment on table private.user_roles is 'The roles of users; the access token hook copies them into the token.';
comment on column private.user_roles.user_id is 'The user.';
comment on column private.user_roles.role is 'student, tutor, editor, reviewer or admin.';
comment on column private.user_roles.granted_at is 'When the role was granted.';

create table public.raters (
    id uuid primary key default gen_random_uuid(),
    profile_id uuid unique references public.profiles (id) on delete set null,
    rating_count integer not null default 0,
    rating_sum double precision not null default 0,
    ratings_version bigint not null default 0,
    similarities_version bigint not null default -1,
    is_counted boolean not null default true,
    constraint raters_count_not_negative check (rating_count >= 0)
);
comment on table public.raters is
'The pseudonyms under which profiles rate. When a profile is deleted, its ratings move to a new pseudonym and still '
'count.';
comment on column public.raters.id is 'The pseudonym.';
comment on column public.raters.profile_id is
'The profile of this pseudonym; null: no person can be found from it (deleted profile, or imported ratings).';
comment on column public.raters.rating_count is 'Number of ratings; a trigger maintains it.';
comment on column public.raters.rating_sum is 'Sum of the ratings; the same trigger maintains it.';
comment on column public.raters.ratings_version is 'Number of changes to this rater''s ratings so far.';
comment on column public.raters.similarities_version is
'The ratings_version from which the rows of user_similarities were computed.';
comment on column public.raters.is_counted is
'Whether the ratings and events count in published figures and trends, and the rater can be a neighbour. False for '
'anonymous users.';

create table public.tiers (
    name text primary key,
    rank smallint not null,
    description text not null,
    constraint tiers_rank_once unique (rank)
);
comment on table public.tiers is 'The tiers of subscriptions; free is the tier without one.';
comment on column public.tiers.name is 'free or premium.';
comment on column public.tiers.rank is 'A tier includes what tiers of lower rank permit.';
comment on column public.tiers.description is 'The tier in a sentence.';
insert into public.tiers (name, rank, description) values
('free', 0, 'Without a subscription, with ads.'),
('premium', 1, 'With a paid subscription.');

create table public.subscriptions (
    account_id uuid primary key references public.accounts (id) on delete cascade,
    tier text not null references public.tiers (name),
    status text not null,
    current_period_end timestamptz not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint subscriptions_status_known
    check (status in ('trial', 'active', 'past_due', 'paused', 'expired', 'cancelled')),
    constraint subscriptions_tier_paid check (tier <> 'free')
);
create index subscriptions_tier on public.subscriptions (tier);
comment on table public.subscriptions is
'What an account pays for. An account without a row, or past current_period_end, has tier free. Only the service '
'writes it.';
comment on column public.subscriptions.account_id is 'The account.';
comment on column public.subscriptions.tier is 'The tier it pays for.';
comment on column public.subscriptions.status is
'trial, active, past_due and cancelled grant the tier until current_period_end; paused and expired do not.';
comment on column public.subscriptions.current_period_end is 'Until when the tier is granted, grace period included.';
comment on column public.subscriptions.created_at is 'When the subscription was created.';
comment on column public.subscriptions.updated_at is 'When the row last changed.';

create table public.tier_limits (
    tier text not null references public.tiers (name),
    name text not null,
    value integer not null,
    description text not null,
    primary key (tier, name),
    constraint tier_limits_name_form check (name ~ '^[a-z][a-z_]*$'),
    constraint tier_limits_value_not_negative check (value >= 0)
);
comment on table public.tier_limits is 'Numeric limits of a tier; a name without a row is not limited.';
comment on column public.tier_limits.tier is 'The tier.';
comment on column public.tier_limits.name is 'The limited resource.';
comment on column public.tier_limits.value is 'The limit.';
comment on column public.tier_limits.description is 'What is counted, and in what unit.';
insert into public.tier_limits (tier, name, value, description) values
('free', 'ai_questions_per_day', 10, 'Questions to the AI tutor per day.'),
('free', 'downloads', 0, 'Titles stored offline at the same time.'),
('free', 'profiles', 5, 'Profiles of an account.'),
('free', 'streams', 1, 'Concurrent playback sessions.'),
('premium', 'ai_questions_per_day', 100, 'Questions to the AI tutor per day.'),
('premium', 'devices', 10, 'Devices of an account.'),
('premium', 'download_days', 30, 'Days until a download expires.'),
('premium', 'downloads', 25, 'Titles stored offline at the same time.'),
('premium', 'profiles', 5, 'Profiles of an account.'),
('premium', 'streams', 4, 'Concurrent playback sessions.');

create type private.viewer as (
    rater_id uuid, country text, age smallint, tier text, languages text [], shows_unrated boolean
);
comment on type private.viewer is
'The viewer that a list is built for: the rater, the country (null: unknown), the highest minimum age the profile '
'may see (null: no limit), the tier, the languages, the preferred one first, and whether it sees unrated items. All '
'null: the service, which sees everything.';

create type public.entitlements as (tier text, expires_at timestamptz, limits jsonb);
comment on type public.entitlements is 'What an account may use: its tier, until when, and the tier''s limits.';

-- Functions, triggers and policies as sql/ has them.

set check_function_bodies = off;

-- source: sql/private/identity/accounts/change_status.sql
-- Helper. Suspends an account and ends its sessions, or restores it, for an admin or the service; repeating it changes
-- nothing. Only a suspended account is restored: to status deleting if its deletion is scheduled, else to active.
-- Raises 42501 for other callers, 22023 for a reason of more than 500 characters, PT404 for an unknown user, 403
-- kids_mode.
-- Definer: clients may not write accounts.status or end sessions.
create or replace function private.change_status(user_id uuid, status text, reason text) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    v_before text;
    v_after text := change_status.status;
begin
    perform private.check_admin();
    perform private.check_user(change_status.user_id);
    if length(reason) > 500 then
        raise exception 'reason may have up to 500 characters'
            using errcode = '22023', detail = '{"field": "reason", "max": 500}';
    end if;
    select a.status into v_before from public.accounts as a where a.id = change_status.user_id for no key update;
    if (v_before = 'suspended') = (change_status.status = 'suspended') then
        return;
    end if;
    if v_after = 'active' and exists (
        select from public.account_deletions as d where d.account_id = change_status.user_id
    ) then
        v_after := 'deleting';
    end if;
    update public.accounts as a set status = v_after, status_reason = change_status.reason
    where a.id = change_status.user_id;
    if change_status.status = 'suspended' then
        delete from auth.sessions as s where s.user_id = change_status.user_id;
    end if;
    perform private.audit(
        'account.' || case change_status.status when 'suspended' then 'suspended' else 'restored' end,
        'account', change_status.user_id::text,
        jsonb_build_object('status', v_before), jsonb_build_object('status', v_after)
    );
end
$$;
comment on function private.change_status(uuid, text, text) is 'Suspend or restore an account, for an admin.';
revoke execute on function private.change_status(uuid, text, text) from public;
grant execute on function private.change_status(uuid, text, text) to authenticated, service_role;

-- source: sql/private/identity/accounts/check_account.sql
-- Helper. Returns the id of the caller's account. Raises 42501 for anon, the service and an erased user, 403 kids_mode
-- while a kids profile acts.
-- Definer: the result must not depend on what the caller may read.
create or replace function private.check_account() returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_account uuid;
begin
    select a.id into v_account from public.accounts as a where a.id = private.caller_id();
    if v_account is null then
        raise exception 'this requires an account'
            using errcode = '42501', hint = 'Sign in with the account.';
    end if;
    perform private.check_not_kids();
    return v_account;
end
$$;
comment on function private.check_account() is 'The id of the caller''s account; raises an error without one.';
revoke execute on function private.check_account() from public;
grant execute on function private.check_account() to authenticated, service_role;

-- source: sql/private/identity/accounts/check_user.sql
-- Helper. Raises 22023 if user_id is null, PT404 unless the user has an account. Called by definer functions that have
-- checked their caller.
create or replace function private.check_user(user_id uuid) returns void
language plpgsql stable set search_path = ''
as $$
begin
    if user_id is null then
        raise exception 'user_id is missing' using errcode = '22023', detail = '{"field": "user_id"}';
    end if;
    if not exists (select from public.accounts as a where a.id = check_user.user_id) then
        raise exception 'there is no user %', user_id using errcode = 'PT404', detail = '{"field": "user_id"}';
    end if;
end
$$;
comment on function private.check_user(uuid) is 'Raise an error unless the user exists.';
revoke execute on function private.check_user(uuid) from public;

-- source: sql/private/identity/accounts/create_account.sql
-- Trigger. Creates an account and a default profile with rating NC-17 for a new auth user. The requested display name
-- and username are used if they are valid, not reserved and, for the username, free; sign-up never fails because of
-- them.
-- Definer: the role of Auth, which writes auth.users, has no privilege on our tables.
create or replace function private.create_account() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_name text;
    v_username text := substring(new.raw_user_meta_data ->> 'username' from '^[A-Za-z0-9_]{3,30}$');
begin
    select c.name into v_name
    from (
        values
        (1, left(btrim(new.raw_user_meta_data ->> 'display_name'), 100)),
        (2, left(btrim(split_part(new.email, '@', 1)), 100)),
        (3, 'Me')
    ) as c (place, name)
    where private.is_plain_text(c.name, 100) and not private.is_reserved(c.name)
    order by c.place
    limit 1;
    if private.is_reserved(v_username) then
        v_username := null;
    end if;
    insert into public.accounts (id, email, display_name, username)
    values (new.id, new.email, v_name, v_username)
    on conflict (username) do nothing;
    if not found then
        insert into public.accounts (id, email, display_name) values (new.id, new.email, v_name);
    end if;
    insert into public.profiles (account_id, name, is_default, maturity_rating) values (new.id, v_name, true, 'NC-17');
    return null;
end
$$;
comment on function private.create_account() is 'Trigger. Creates account and default profile of a new auth user.';
revoke execute on function private.create_account() from public;

-- source: sql/private/identity/accounts/enqueue_portraits.sql
-- Trigger. Enqueues a job that publishes the pictures of an account's profiles again, when a profile names another
-- file, a named file changes, or either is deleted. Skipped while the account is being erased.
-- Definer: only workers may write to the queue.
create or replace function private.enqueue_portraits() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_old jsonb := to_jsonb(old);
    v_new jsonb := to_jsonb(new);
    v_account uuid;
begin
    if tg_table_schema = 'storage' then
        select p.account_id into v_account
        from jsonb_array_elements(jsonb_build_array(v_old, v_new)) as f (file)
        join public.profiles as p
            on p.account_id = private.as_uuid(split_part(f.file ->> 'name', '/', 1))
            and p.avatar_path = f.file ->> 'name'
        where f.file ->> 'bucket_id' = 'avatars'
        limit 1;
    else
        v_account := coalesce(v_new, v_old) ->> 'account_id';
    end if;
    if v_account is not null and not exists (
        select from public.account_deletions as d where d.account_id = v_account and d.due_at <= now()
    ) then
        perform private.enqueue(
            'portraits', 'publish_portraits', jsonb_build_object('account_id', v_account),
            'publish_portraits ' || v_account
        );
    end if;
    return null;
end
$$;
comment on function private.enqueue_portraits() is 'Trigger. Enqueues the publication of an account''s pictures.';
revoke execute on function private.enqueue_portraits() from public;

-- source: sql/private/identity/accounts/lock_own_account.sql
-- Trigger. Locks the caller's account before a statement deletes profiles, so that changes of an account's profiles run
-- one by one. A row trigger would be too late: it runs after the row of profiles is locked.
-- Definer: clients may not lock the row of accounts.
create or replace function private.lock_own_account() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform from public.accounts as a where a.id = private.caller_id() for no key update;
    return null;
end
$$;
comment on function private.lock_own_account() is 'Trigger. Serialises changes of an account''s profiles.';
revoke execute on function private.lock_own_account() from public;

-- source: sql/private/identity/accounts/mirror_email.sql
-- Trigger. Copies a changed e-mail address of an auth user to the account.
-- Definer: the role of Auth, which writes auth.users, has no privilege on our tables.
create or replace function private.mirror_email() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update public.accounts set email = new.email, updated_at = now() where id = new.id;
    return null;
end
$$;
comment on function private.mirror_email() is 'Trigger. Copies a changed e-mail address to the account.';
revoke execute on function private.mirror_email() from public;

-- source: sql/private/identity/accounts/read_account.sql
-- Helper. Returns an account with its profiles, roles and tier, for an admin or the service, and records the read in
-- the audit log. Raises 42501 for other callers, 22023 for null, PT404 for an unknown user, 403 kids_mode.
-- Definer: row level security hides other users' accounts.
create or replace function private.read_account(user_id uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.check_admin();
    perform private.check_user(read_account.user_id);
    perform private.audit('account.read', 'account', read_account.user_id::text, null, null);
    return (
        select jsonb_build_object(
            'account', to_jsonb(a),
            'profiles', (
                select coalesce(jsonb_agg(to_jsonb(p) order by p.created_at, p.id), '[]')
                from public.profiles as p
                where p.account_id = a.id
            ),
            'roles', private.roles_of(a.id),
            'tier', private.tier_of(a.id)
        )
        from public.accounts as a
        where a.id = read_account.user_id
    );
end
$$;
comment on function private.read_account(uuid) is 'An account with profiles, roles and tier, for an admin.';
revoke execute on function private.read_account(uuid) from public;
grant execute on function private.read_account(uuid) to authenticated, service_role;

-- source: sql/private/identity/ages/age_rule.sql
-- Helper. Returns the age limit of the acting profile: the highest minimum age of items it sees, followed by + if it
-- also sees unrated items. Null means no limit: anon, the service, a user without a profile, and a profile with rating
-- NC-17 that shows unrated items. Never raises.
-- Every query of a catalogue table evaluates it, so the result is cached in a transaction-local setting, keyed by token
-- and request headers; private.reset_age_rule clears it when profiles or kids mode change.
-- Definer: policies of the catalogue call it before the caller may read any row of profiles.
create or replace function private.age_rule() returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_key text;
    v_kept text;
    v_rule text;
begin
    if current_setting('role', true) is distinct from 'authenticated' then
        return null;
    end if;
    v_key := concat(current_setting('request.jwt.claims', true), current_setting('request.headers', true), E'\n');
    v_kept := current_setting('cinefluent.age_rule', true);
    if starts_with(v_kept, v_key) then
        return nullif(substr(v_kept, length(v_key) + 1), '');
    end if;
    select private.profile_age(p.maturity_rating, p.is_kids) || case when p.shows_unrated and not p.is_kids then '+' else '' end
    into v_rule
    from public.profiles as p
    where p.id = private.current_profile_id() and (p.is_kids or p.maturity_rating <> 'NC-17' or not p.shows_unrated);
    perform set_config('cinefluent.age_rule', concat(v_key, v_rule), true);
    return v_rule;
end
$$;
comment on function private.age_rule() is 'The age limit of the acting profile; null: no limit.';
revoke execute on function private.age_rule() from public;
grant execute on function private.age_rule() to anon, authenticated, service_role;

-- source: sql/private/identity/ages/allows_age.sql
-- Policy predicate. Returns whether the acting profile may see an item with this minimum age (null: unrated). Always
-- true for a caller without an age limit. Never raises.
create or replace function private.allows_age(minimum_age smallint) returns boolean
language plpgsql stable set search_path = ''
as $$
declare
    v_rule text := private.age_rule();
begin
    return case
        when v_rule is null then true
        when minimum_age is null then v_rule like '%+'
        else minimum_age <= rtrim(v_rule, '+')::smallint
    end;
end
$$;
comment on function private.allows_age(smallint) is 'Whether the acting profile may see an item with this minimum age.';
revoke execute on function private.allows_age(smallint) from public;
grant execute on function private.allows_age(smallint) to anon, authenticated, service_role;

-- source: sql/private/identity/ages/has_age_limit.sql
-- Policy predicate. Returns whether the acting profile has an age limit. Never raises.
create or replace function private.has_age_limit() returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return private.age_rule() is not null;
end
$$;
comment on function private.has_age_limit() is 'Whether the acting profile has an age limit.';
revoke execute on function private.has_age_limit() from public;
grant execute on function private.has_age_limit() to anon, authenticated, service_role;

-- source: sql/private/identity/ages/minimum_age.sql
-- Helper. Returns the minimum age of a maturity rating: 0, 8, 13, 17 or 18; null if it is unrated.
create or replace function private.minimum_age(maturity_rating text) returns smallint
language sql immutable set search_path = ''
as $$
    select case maturity_rating
        when 'G' then 0
        when 'PG' then 8
        when 'PG-13' then 13
        when 'R' then 17
        when 'NC-17' then 18
    end::smallint
$$;
comment on function private.minimum_age(text) is 'The minimum age of a maturity rating.';
revoke execute on function private.minimum_age(text) from public;
grant execute on function private.minimum_age(text) to anon, authenticated, service_role;

-- source: sql/private/identity/ages/profile_age.sql
-- Helper. Returns the highest minimum age of items that a profile sees: that of its maturity rating, for a kids profile
-- at most that of PG.
create or replace function private.profile_age(maturity_rating text, is_kids boolean) returns smallint
language sql immutable set search_path = ''
as $$
    select least(
        private.minimum_age(profile_age.maturity_rating),
        case when profile_age.is_kids then private.minimum_age('PG') end
    )
$$;
comment on function private.profile_age(text, boolean) is 'The highest minimum age of items that a profile sees.';
revoke execute on function private.profile_age(text, boolean) from public;
grant execute on function private.profile_age(text, boolean) to anon, authenticated, service_role;

-- source: sql/private/identity/ages/reset_age_rule.sql
-- Trigger. Clears the age limit that private.age_rule cached for the transaction, because profiles or kids mode
-- changed.
create or replace function private.reset_age_rule() returns trigger
language plpgsql set search_path = ''
as $$
begin
    perform set_config('cinefluent.age_rule', '', true);
    return null;
end
$$;
comment on function private.reset_age_rule() is 'Trigger. Clears the cached age limit when profiles change.';
revoke execute on function private.reset_age_rule() from public;
grant execute on function private.reset_age_rule() to authenticated, service_role;

-- source: sql/private/identity/kids_mode/check_no_kids_session.sql
-- Helper. Raises PT403 while a session of the user is in kids mode, unless the user is deleted. Called by definer
-- functions only.
create or replace function private.check_no_kids_session(user_id uuid) returns void
language plpgsql stable set search_path = ''
as $$
begin
    if exists (
        select
        from auth.users as u
        join auth.sessions as s on s.user_id = u.id
        join private.kids_sessions as k on k.session_id = s.id
        where u.id = check_no_kids_session.user_id and u.deleted_at is null
    ) then
        raise exception 'a session of this user is in kids mode'
            using errcode = 'PT403', hint = 'Leave kids mode, or sign the other sessions out first.';
    end if;
end
$$;
comment on function private.check_no_kids_session(uuid) is
'Raise an error while a session of the user is in kids mode.';
revoke execute on function private.check_no_kids_session(uuid) from public;

-- source: sql/private/identity/kids_mode/check_not_kids.sql
-- Helper. Raises 403 kids_mode while a kids profile acts: a child may not change the account, its profiles or kids
-- mode.
create or replace function private.check_not_kids() returns void
language plpgsql stable set search_path = ''
as $$
begin
    if private.is_kids_acting() then
        perform private.refuse(
            403, 'kids_mode', 'A kids profile is acting: this requires an adult.',
            'Call leave_kids_mode with the PIN of the account, or act as another profile.'
        );
    end if;
end
$$;
comment on function private.check_not_kids() is 'Raise an error while a kids profile acts.';
revoke execute on function private.check_not_kids() from public;
grant execute on function private.check_not_kids() to anon, authenticated, service_role;

-- source: sql/private/identity/kids_mode/end_kids_mode.sql
-- Helper. Ends kids mode of the caller's session if the PIN is correct, else sets the status as private.verify_pin;
-- outside kids mode the PIN is not compared.
-- Definer: clients may not write kids_sessions.
create or replace function private.end_kids_mode(pin text) returns void
language plpgsql security definer set search_path = ''
as $$
begin
    if private.kids_profile_id() is not null and private.verify_pin(private.caller_id(), pin) then
        delete from private.kids_sessions as k where k.session_id = private.session_id();
    end if;
end
$$;
comment on function private.end_kids_mode(text) is 'End kids mode of the caller''s session if the PIN is correct.';
revoke execute on function private.end_kids_mode(text) from public;
grant execute on function private.end_kids_mode(text) to authenticated;

-- source: sql/private/identity/kids_mode/end_kids_sessions.sql
-- Trigger. Before a profile is deleted, deletes the sessions that are in kids mode with it: without the profile they
-- would act as another one. Their users must sign in again.
-- Definer: clients may not write auth.sessions.
create or replace function private.end_kids_sessions() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    delete from auth.sessions as s
    using private.kids_sessions as k
    where k.profile_id = old.id and s.id = k.session_id;
    return old;
end
$$;
comment on function private.end_kids_sessions() is 'Trigger. Ends the sessions in kids mode of a deleted profile.';
revoke execute on function private.end_kids_sessions() from public;

-- source: sql/private/identity/kids_mode/guard_kids_mode.sql
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

-- source: sql/private/identity/kids_mode/guard_sign_in.sql
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

-- source: sql/private/identity/kids_mode/hash_pin.sql
-- Helper. Returns the salted SHA-256 digest of a PIN, repeated `rounds` times, because no extension that every Supabase
-- project has offers a slow hash. The digest keeps PINs out of backups; the limit of attempts in private.verify_pin
-- protects against guessing.
create or replace function private.hash_pin(pin text, salt bytea, rounds integer) returns bytea
language plpgsql immutable set search_path = ''
as $$
declare
    v_key bytea := salt || convert_to(pin, 'UTF8');
    v_digest bytea := sha256(v_key);
begin
    for v_round in 2 .. rounds loop
        v_digest := sha256(v_digest || v_key);
    end loop;
    return v_digest;
end
$$;
comment on function private.hash_pin(text, bytea, integer) is 'The salted digest of a PIN.';
revoke execute on function private.hash_pin(text, bytea, integer) from public;

-- source: sql/private/identity/kids_mode/is_kids_acting.sql
-- Helper. Returns whether the session is in kids mode or the acting profile is a kids profile. Never raises.
-- Definer: policies and triggers call it before the caller may read any row of profiles.
create or replace function private.is_kids_acting() returns boolean
language sql stable security definer set search_path = ''
as $$
    select private.kids_profile_id() is not null or exists (
        select from public.profiles as p where p.id = private.current_profile_id() and p.is_kids
    )
$$;
comment on function private.is_kids_acting() is 'Whether a kids profile acts.';
revoke execute on function private.is_kids_acting() from public;
grant execute on function private.is_kids_acting() to anon, authenticated, service_role;

-- source: sql/private/identity/kids_mode/kids_profile_id.sql
-- Helper. Returns the profile that the caller's session is bound to in kids mode; null outside kids mode. Never raises.
-- Definer: clients may not read kids_sessions.
create or replace function private.kids_profile_id() returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_session uuid := private.session_id();
begin
    if v_session is null then
        return null;
    end if;
    return (select k.profile_id from private.kids_sessions as k where k.session_id = v_session);
end
$$;
comment on function private.kids_profile_id() is 'The profile that a session in kids mode is bound to; else null.';
revoke execute on function private.kids_profile_id() from public;
grant execute on function private.kids_profile_id() to anon, authenticated, service_role;

-- source: sql/private/identity/kids_mode/pin_tries.sql
-- Helper. Returns the wrong PINs that count, those of the last 15 minutes; how many of 5 attempts remain; and, if none
-- remains, the seconds until the next. Called by definer functions only.
create or replace function private.pin_tries(
    failed_at timestamptz[], out failed timestamptz[], out tries_left integer, out retry_after integer
)
language plpgsql stable set search_path = ''
as $$
declare
    v_most constant integer := 5;
    v_window constant interval := '15 minutes';
begin
    failed := array(
        select f.at from unnest(failed_at) as f (at) where f.at > clock_timestamp() - v_window order by f.at
    );
    tries_left := greatest(0, v_most - cardinality(failed));
    if tries_left = 0 then
        retry_after := greatest(1, ceil(extract(epoch from failed[1] + v_window - clock_timestamp())));
    end if;
end
$$;
comment on function private.pin_tries(timestamptz[]) is 'The wrong PINs that count, and how many attempts remain.';
revoke execute on function private.pin_tries(timestamptz[]) from public;

-- source: sql/private/identity/kids_mode/read_kids_mode.sql
-- Helper. Returns whether the caller's session is in kids mode, its profile, whether the account has a PIN, how many
-- wrong PINs it may still try, and the seconds until the next attempt if none remains.
-- Definer: clients may read neither kids_sessions nor account_pins.
create or replace function private.read_kids_mode() returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'kids_mode', private.kids_profile_id() is not null,
        'profile_id', private.kids_profile_id(),
        'has_pin', p.account_id is not null,
        'tries_left', case when p.account_id is not null then t.tries_left end,
        'retry_after', t.retry_after
    )
    from (select) as one
    left join private.account_pins as p on p.account_id = private.caller_id()
    cross join lateral private.pin_tries(p.failed_at) as t
$$;
comment on function private.read_kids_mode() is 'Whether the caller''s session is in kids mode.';
revoke execute on function private.read_kids_mode() from public;
grant execute on function private.read_kids_mode() to authenticated;

-- source: sql/private/identity/kids_mode/refuse_kids.sql
-- Trigger. Raises 403 kids_mode for any statement while a kids profile acts.
create or replace function private.refuse_kids() returns trigger
language plpgsql set search_path = ''
as $$
begin
    perform private.check_not_kids();
    return null;
end
$$;
comment on function private.refuse_kids() is 'Trigger. Refuses the statement while a kids profile acts.';
revoke execute on function private.refuse_kids() from public;
grant execute on function private.refuse_kids() to authenticated, service_role;

-- source: sql/private/identity/kids_mode/start_kids_mode.sql
-- Helper. Binds the caller's session to a kids profile; repeating it with the same profile does nothing. Raises 42501
-- for a profile that is not the caller's and for a token without a session, 22023 for a profile that is no kids
-- profile, PT409 if the account has no PIN, 403 kids_mode if the session is bound to another profile.
-- Definer: clients may not write kids_sessions.
create or replace function private.start_kids_mode(profile_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    v_account uuid;
    v_session uuid := private.session_id();
begin
    if private.kids_profile_id() = start_kids_mode.profile_id then
        return;
    elsif private.kids_profile_id() is not null then
        perform private.check_not_kids();
    end if;
    select p.account_id into v_account
    from public.profiles as p
    where p.id = start_kids_mode.profile_id and p.account_id = private.caller_id() and p.is_kids;
    if v_account is null then
        if not exists (
            select from public.profiles as p
            where p.id = start_kids_mode.profile_id and p.account_id = private.caller_id()
        ) then
            raise exception 'this profile is not yours'
                using errcode = '42501', detail = '{"field": "profile_id"}',
                hint = 'Send the id of one of your profiles.';
        end if;
        raise exception 'this profile is not a kids profile'
            using errcode = '22023', detail = '{"field": "profile_id"}';
    end if;
    if not exists (select from private.account_pins as p where p.account_id = v_account) then
        raise exception 'kids mode requires a PIN'
            using errcode = 'PT409', hint = 'Set one with set_account_pin.';
    end if;
    if not exists (select from auth.sessions as s where s.id = v_session and s.user_id = v_account) then
        raise exception 'this token has no session' using errcode = '42501', hint = 'Sign in.';
    end if;
    insert into private.kids_sessions (session_id, profile_id) values (v_session, start_kids_mode.profile_id);
end
$$;
comment on function private.start_kids_mode(uuid) is 'Bind the caller''s session to a kids profile.';
revoke execute on function private.start_kids_mode(uuid) from public;
grant execute on function private.start_kids_mode(uuid) to authenticated;

-- source: sql/private/identity/kids_mode/store_pin.sql
-- Helper. Sets the PIN of the caller's account. If there is one, the current PIN is required, unless the session began
-- within the last ten minutes (private.periods, pin_reset); if it is wrong, the status is set as in private.verify_pin.
-- Raises 42501 without an account, 403 kids_mode.
-- Definer: clients may not read or write account_pins.
create or replace function private.store_pin(pin text, current_pin text) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    v_account uuid := private.check_account();
    v_salt bytea := uuid_send(gen_random_uuid());
    v_rounds constant integer := 20000;
begin
    if exists (select from private.account_pins as p where p.account_id = v_account) and not exists (
        select
        from auth.sessions as s
        where
            s.id = private.session_id() and s.user_id = v_account
            and s.created_at > now() - (select p.length from private.periods as p where p.name = 'pin_reset')
    ) then
        if not private.verify_pin(v_account, current_pin) then
            return;
        end if;
    end if;
    insert into private.account_pins as p (account_id, salt, digest, rounds)
    values (v_account, v_salt, private.hash_pin(pin, v_salt, v_rounds), v_rounds)
    on conflict on constraint account_pins_pkey do update set
        salt = excluded.salt, digest = excluded.digest, rounds = excluded.rounds, set_at = now(), failed_at = '{}';
end
$$;
comment on function private.store_pin(text, text) is 'Set the PIN of the caller''s account.';
revoke execute on function private.store_pin(text, text) from public;
grant execute on function private.store_pin(text, text) to authenticated;

-- source: sql/private/identity/kids_mode/verify_pin.sql
-- Helper. Compares a PIN with the account's. Returns whether it is correct; if not, the HTTP status of the response is
-- set: 403, or 429 after 5 wrong attempts within 15 minutes, then for the correct PIN as well. It does not raise, which
-- would roll back the count of attempts, and its callers return void (private.set_response_status). An attempt is
-- counted before it is compared, so that nothing runs after the comparison of a wrong PIN. A row lock serialises
-- concurrent attempts, so that exactly 5 are compared. A PIN of another form is wrong and not hashed: hashing takes
-- time in proportion to its length. Raises PT409 if the account has no PIN. Called by definer functions only.
create or replace function private.verify_pin(account_id uuid, pin text) returns boolean
language plpgsql set search_path = ''
as $$
declare
    v_pin private.account_pins;
    v_tries record;
begin
    select p.* into v_pin from private.account_pins as p where p.account_id = verify_pin.account_id for update;
    if not found then
        raise exception 'the account has no PIN' using errcode = 'PT409', hint = 'Set one with set_account_pin.';
    end if;
    v_tries := private.pin_tries(v_pin.failed_at);
    if v_tries.tries_left = 0 then
        perform private.set_response_status(429, v_tries.retry_after);
        return false;
    end if;
    perform private.set_response_status(403);
    update private.account_pins as p set failed_at = v_tries.failed || clock_timestamp()
    where p.account_id = verify_pin.account_id;
    if pin ~ '^[0-9]{4,12}$' and private.hash_pin(pin, v_pin.salt, v_pin.rounds) = v_pin.digest then
        update private.account_pins as p set failed_at = '{}' where p.account_id = verify_pin.account_id;
        perform set_config('response.status', '', true);
        return true;
    end if;
    return false;
end
$$;
comment on function private.verify_pin(uuid, text) is 'Compare a PIN with the account''s and count wrong attempts.';
revoke execute on function private.verify_pin(uuid, text) from public;

-- source: sql/private/identity/profiles/create_rater.sql
-- Trigger. Creates the rater, a pseudonym, of a new profile. The rater of an anonymous user is not counted in
-- statistics.
-- Definer: a client that creates a profile may not write raters.
create or replace function private.create_rater() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into public.raters (profile_id, is_counted)
    select new.id, not coalesce((select u.is_anonymous from auth.users as u where u.id = new.account_id), false);
    return null;
end
$$;
comment on function private.create_rater() is 'Trigger. Creates the rater of a new profile.';
revoke execute on function private.create_rater() from public;

-- source: sql/private/identity/profiles/current_profile_id.sql
-- Helper. Returns the acting profile. In kids mode this is the profile that the session is bound to, whatever the
-- request says. Otherwise it is the caller's profile that the header x-profile-id names, without the header the default
-- profile. Null if the header names no profile of the caller, for anon and for workers. Never raises.
-- Definer: policies and defaults call it before the caller may read any row of profiles.
create or replace function private.current_profile_id() returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_account uuid := private.caller_id();
    v_bound uuid;
    v_named text;
begin
    if v_account is null then
        return null;
    end if;
    v_bound := private.kids_profile_id();
    v_named := private.request_header('x-profile-id');
    if v_bound is null and v_named is null then
        return (select p.id from public.profiles as p where p.account_id = v_account and p.is_default);
    end if;
    return (
        select p.id
        from public.profiles as p
        where p.id = coalesce(v_bound, private.as_uuid(v_named)) and p.account_id = v_account
    );
end
$$;
comment on function private.current_profile_id() is 'The acting profile; null if there is none.';
revoke execute on function private.current_profile_id() from public;
grant execute on function private.current_profile_id() to anon, authenticated, service_role;

-- source: sql/private/identity/profiles/current_viewer.sql
-- Helper. Returns the viewer that lists are built for: the acting profile's; for anon one without an age limit; all
-- null for the service, which sees everything. Never raises.
-- Definer: it reads accounts, and ratings before a policy permits them.
create or replace function private.current_viewer() returns private.viewer
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_rater uuid := private.current_rater_id();
begin
    if v_rater is null and private.is_service() then
        return null;
    end if;
    return private.viewer_of_rater(v_rater);
end
$$;
comment on function private.current_viewer() is 'The viewer that the caller''s lists are built for.';
revoke execute on function private.current_viewer() from public;
grant execute on function private.current_viewer() to anon, authenticated, service_role;

-- source: sql/private/identity/profiles/guard_last_profile.sql
-- Trigger. Refuses to delete the last profile of an account, unless the account is deleted as well. Raises PT409.
-- Definer: it locks the row of accounts, which clients may not, and counts all profiles of the account.
create or replace function private.guard_last_profile() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform from public.accounts as a where a.id = old.account_id for no key update;
    if found and not exists (
        select from public.profiles as p where p.account_id = old.account_id and p.id <> old.id
    ) then
        raise exception 'the last profile of an account cannot be deleted'
            using errcode = 'PT409', hint = 'Create another profile first, or delete the account.';
    end if;
    return old;
end
$$;
comment on function private.guard_last_profile() is 'Trigger. Refuses to delete an account''s last profile.';
revoke execute on function private.guard_last_profile() from public;

-- source: sql/private/identity/profiles/guard_profile.sql
-- Trigger. While a kids profile acts, it may change only itself, without is_kids, maturity_rating, shows_unrated and
-- account_id, and may not create or delete profiles. Exception: outside kids mode, an account that has only kids
-- profiles may create another one, so that it stays usable. Raises 403 kids_mode.
-- Definer: it reads the acting profile and all profiles of the account.
create or replace function private.guard_profile() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if private.is_kids_acting() and (case tg_op
        when 'UPDATE' then
            old.id is distinct from private.current_profile_id()
            or (old.account_id, old.is_kids, old.maturity_rating, old.shows_unrated)
            is distinct from (new.account_id, new.is_kids, new.maturity_rating, new.shows_unrated)
        when 'INSERT' then
            private.kids_profile_id() is not null or exists (
                select from public.profiles as p where p.account_id = private.caller_id() and not p.is_kids
            )
        else true
    end) then
        perform private.check_not_kids();
    end if;
    return coalesce(new, old);
end
$$;
comment on function private.guard_profile() is 'Trigger. Refuses changes of profiles that a child may not make.';
revoke execute on function private.guard_profile() from public;

-- source: sql/private/identity/profiles/limit_profiles.sql
-- Trigger. Refuses a profile that would exceed the limit of the account's tier; concurrent inserts are counted exactly.
-- An account's first profile becomes its default. Raises PT409.
-- Definer: it locks the row of accounts, which clients may not, and counts all profiles of the account.
create or replace function private.limit_profiles() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_count integer;
    v_limit integer;
begin
    if new.account_id is distinct from private.caller_id() and not private.is_service() then
        -- Another user's account: the policy refuses the row, before this reveals anything about the account.
        return new;
    end if;
    -- Lock the account so that concurrent inserts and deletes run one by one; the count below sees their result.
    perform from public.accounts as a where a.id = new.account_id for no key update;
    select count(*) into v_count from public.profiles as p where p.account_id = new.account_id;
    select l.value into v_limit
    from public.tier_limits as l
    where l.tier = private.tier_of(new.account_id) and l.name = 'profiles';
    if v_count >= v_limit then
        raise exception 'an account may have up to % profiles', v_limit
            using errcode = 'PT409', detail = jsonb_build_object('limit', v_limit)::text,
            hint = 'Delete a profile first.';
    end if;
    new.is_default := new.is_default or v_count = 0;
    return new;
end
$$;
comment on function private.limit_profiles() is 'Trigger. Limits the profiles of an account.';
revoke execute on function private.limit_profiles() from public;

-- source: sql/private/identity/profiles/make_default_profile.sql
-- Helper. Makes a profile the default of its account. Raises 22023 for null, 403 kids_mode, and as
-- private.rater_of_profile.
-- Definer: clients may not write is_default or lock the row of accounts.
create or replace function private.make_default_profile(profile_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    v_account uuid;
begin
    if profile_id is null then
        raise exception 'profile_id is missing' using errcode = '22023', detail = '{"field": "profile_id"}';
    end if;
    perform private.check_not_kids();
    perform private.hold_writes();
    perform private.rater_of_profile(make_default_profile.profile_id);
    select p.account_id into v_account from public.profiles as p where p.id = make_default_profile.profile_id;
    perform from public.accounts as a where a.id = v_account for no key update;
    update public.profiles as p set is_default = false
    where p.account_id = v_account and p.is_default and p.id <> make_default_profile.profile_id;
    update public.profiles as p set is_default = true
    where p.id = make_default_profile.profile_id and not p.is_default;
end
$$;
comment on function private.make_default_profile(uuid) is 'Make a profile the default of its account.';
revoke execute on function private.make_default_profile(uuid) from public;
grant execute on function private.make_default_profile(uuid) to authenticated, service_role;

-- source: sql/private/identity/profiles/rater_of_profile.sql
-- Helper. Returns the rater of a profile: the acting profile for null, one of the caller's own, or any profile for the
-- service.
-- Raises 42501 for a profile that is not the caller's, PT404 if the service names an unknown one, 403 kids_mode for a
-- profile other than the acting one while a kids profile acts.
-- Definer: it reads profiles that the caller may not read, to refuse them.
create or replace function private.rater_of_profile(profile_id uuid) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_rater uuid;
    v_account uuid;
begin
    if profile_id is null then
        return private.current_rater_id();
    end if;
    select r.id, p.account_id into v_rater, v_account
    from public.profiles as p
    join public.raters as r on r.profile_id = p.id
    where p.id = rater_of_profile.profile_id;
    if v_account = private.caller_id() and profile_id is distinct from private.current_profile_id() then
        perform private.check_not_kids();
    end if;
    if v_account = private.caller_id() or (private.is_service() and v_rater is not null) then
        return v_rater;
    end if;
    if private.is_service() then
        raise exception 'there is no profile %', profile_id
            using errcode = 'PT404', detail = '{"field": "profile_id"}';
    end if;
    raise exception 'this profile is not yours'
        using errcode = '42501', detail = '{"field": "profile_id"}',
        hint = 'Send the id of one of your profiles, or omit it.';
end
$$;
comment on function private.rater_of_profile(uuid) is 'The rater of a profile, if the caller may act for it.';
revoke execute on function private.rater_of_profile(uuid) from public;
grant execute on function private.rater_of_profile(uuid) to anon, authenticated, service_role;

-- source: sql/private/identity/profiles/rater_of_user.sql
-- Helper. Returns the rater for a user id: for the caller's own id the acting profile's; for the service the rater of
-- any user's default profile, or the rater whose own id is given. Raises 22023 for null, 42501 for another user's id,
-- PT404 for an unknown id.
-- Definer: the result for the service must not depend on what the caller may read.
create or replace function private.rater_of_user(user_id uuid) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_rater uuid;
begin
    if user_id is null then
        raise exception 'user_id is missing'
            using errcode = '22023', detail = '{"field": "user_id"}', hint = 'Send your own user id.';
    end if;
    if user_id = private.caller_id() then
        return private.current_rater_id();
    end if;
    if not private.is_service() then
        raise exception 'this user is not you'
            using errcode = '42501', detail = '{"field": "user_id"}', hint = 'Send your own user id.';
    end if;
    select r.id into v_rater
    from public.raters as r
    left join public.profiles as p on p.id = r.profile_id
    where r.id = user_id or (p.account_id = user_id and p.is_default);
    if v_rater is null then
        raise exception 'there is no user %', user_id
            using errcode = 'PT404', detail = '{"field": "user_id"}';
    end if;
    return v_rater;
end
$$;
comment on function private.rater_of_user(uuid) is 'The rater for a user id, if the caller may act for it.';
revoke execute on function private.rater_of_user(uuid) from public;
grant execute on function private.rater_of_user(uuid) to anon, authenticated, service_role;

-- source: sql/private/identity/profiles/replace_default_profile.sql
-- Trigger. After the default profile is deleted, makes the account's oldest profile the default.
-- Definer: clients may not write is_default.
create or replace function private.replace_default_profile() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update public.profiles set is_default = true
    where id = (
        select p.id from public.profiles as p where p.account_id = old.account_id order by p.created_at, p.id limit 1
    );
    return null;
end
$$;
comment on function private.replace_default_profile() is 'Trigger. Makes the oldest profile the default.';
revoke execute on function private.replace_default_profile() from public;

-- source: sql/private/identity/profiles/viewer.sql
-- Helper. Returns the viewer that a list is built for: the acting profile for null (as private.current_viewer), one of
-- the caller's own profiles, or any profile for the service. Raises as private.rater_of_profile.
-- Definer: it reads a profile that is not the acting one, and accounts.
create or replace function private.viewer(profile_id uuid default null) returns private.viewer
language plpgsql stable security definer set search_path = ''
as $$
begin
    if profile_id is null then
        return private.current_viewer();
    end if;
    return private.viewer_of_rater(private.rater_of_profile(profile_id));
end
$$;
comment on function private.viewer(uuid) is 'The viewer of a profile, if the caller may act for it.';
revoke execute on function private.viewer(uuid) from public;
grant execute on function private.viewer(uuid) to anon, authenticated, service_role;

-- source: sql/private/identity/profiles/viewer_of_rater.sql
-- Helper. Returns the viewer that a rater's lists are built for: the age limit of its profile, whether it sees unrated
-- items, its languages, the caller's country (else the account's), and the caller's tier. Without a rater or profile
-- there is no age limit.
-- Languages: the preferred one, then up to four of the items it liked (3.5 or more), by number of likes. At most fifty
-- liked items are counted, the first by id, which is a random sample, so that raters with many ratings cost no more.
-- Called by definer functions and workers only.
create or replace function private.viewer_of_rater(rater_id uuid) returns private.viewer
language sql stable set search_path = ''
as $$
    with liked as (
        select r.item_id
        from public.ratings as r
        where r.rater_id = viewer_of_rater.rater_id and r.rating >= 3.5
        order by r.item_id
        limit 50
    ), spoken as (
        select i.language, count(*) as likes
        from liked as l
        join public.items as i on i.id = l.item_id
        where i.language is not null
        group by i.language
    ), owner as (
        select
            private.profile_age(p.maturity_rating, p.is_kids) as age,
            p.shows_unrated and not p.is_kids as shows_unrated,
            p.language_preference,
            a.country
        from public.raters as r
        join public.profiles as p on p.id = r.profile_id
        join public.accounts as a on a.id = p.account_id
        where r.id = viewer_of_rater.rater_id
    )
    select
        viewer_of_rater.rater_id,
        coalesce(private.current_country(), o.country),
        o.age,
        private.current_tier(),
        array[coalesce(o.language_preference, 'en')] || array(
            select s.language
            from spoken as s
            where s.language <> coalesce(o.language_preference, 'en')
            order by s.likes desc, s.language
            limit 4
        ),
        o.shows_unrated
    from (select) as one
    left join owner as o on true
$$;
comment on function private.viewer_of_rater(uuid) is 'The viewer that a rater''s lists are built for.';
revoke execute on function private.viewer_of_rater(uuid) from public;

-- source: sql/private/identity/roles/change_role.sql
-- Helper. Grants a role to a user or revokes it, for an admin or the service; repeating it changes nothing. A trigger
-- of user_roles records the change. Returns the user's roles afterwards. Raises 42501 for other callers, 22023 for an
-- unknown role or a missing parameter, PT404 for an unknown user, 403 kids_mode.
-- Definer: no client role may write user_roles.
create or replace function private.change_role(user_id uuid, role text, has boolean) returns text[]
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.check_admin();
    perform private.check_user(change_role.user_id);
    if change_role.role is null or change_role.role not in ('student', 'tutor', 'editor', 'reviewer', 'admin') then
        raise exception 'role must be student, tutor, editor, reviewer or admin'
            using errcode = '22023', detail = '{"field": "role"}';
    end if;
    if change_role.has then
        insert into private.user_roles (user_id, role) values (change_role.user_id, change_role.role)
        on conflict do nothing;
    else
        delete from private.user_roles as r where r.user_id = change_role.user_id and r.role = change_role.role;
    end if;
    return private.roles_of(change_role.user_id);
end
$$;
comment on function private.change_role(uuid, text, boolean) is 'Grant or revoke a user''s role, for an admin.';
revoke execute on function private.change_role(uuid, text, boolean) from public;
grant execute on function private.change_role(uuid, text, boolean) to authenticated, service_role;

-- source: sql/private/identity/roles/check_admin.sql
-- Helper. Raises 42501 unless the caller is the service or an admin by user_roles, whatever the token claims; 403
-- kids_mode while a kids profile acts. Called by definer functions only.
create or replace function private.check_admin() returns void
language plpgsql stable set search_path = ''
as $$
begin
    if private.is_service() or exists (
        select from private.user_roles as r where r.user_id = private.caller_id() and r.role = 'admin'
    ) then
        perform private.check_not_kids();
        return;
    end if;
    raise exception 'only an admin may do this' using errcode = '42501';
end
$$;
comment on function private.check_admin() is 'Raise an error unless the caller is an admin or the service.';
revoke execute on function private.check_admin() from public;

-- source: sql/private/identity/roles/guard_last_admin.sql
-- Helper. Raises PT409 if an admin is about to suspend the last active admin, or to revoke that user's role; the
-- service may. It locks the rows of all admins and checks the caller again, so that two admins who revoke each other
-- concurrently run one by one and the later one gets 42501. Call it before the change, in the same transaction. Raises
-- 42501 for a caller who is no admin.
-- Definer: no client role may read or lock user_roles.
create or replace function private.guard_last_admin(user_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.check_admin();
    if private.is_service() or not exists (
        select from private.user_roles as r where r.user_id = guard_last_admin.user_id and r.role = 'admin'
    ) then
        return;
    end if;
    perform from private.user_roles as r where r.role = 'admin' order by r.user_id for update;
    perform private.check_admin();
    if not exists (
        select from private.user_roles as r
        join public.accounts as a on a.id = r.user_id
        where r.role = 'admin' and r.user_id <> guard_last_admin.user_id and a.status = 'active'
    ) then
        raise exception 'the last active admin cannot be removed'
            using errcode = 'PT409', detail = '{"field": "user_id"}', hint = 'Make another user an admin first.';
    end if;
end
$$;
comment on function private.guard_last_admin(uuid) is 'Raise an error if the last active admin would be removed.';
revoke execute on function private.guard_last_admin(uuid) from public;
grant execute on function private.guard_last_admin(uuid) to authenticated, service_role;

-- source: sql/private/identity/roles/has_role.sql
-- Policy predicate. Returns whether the token's app_metadata.roles contains the role; false while a kids profile acts.
-- A change takes effect with the next token, except that every request checks whether an admin still is one. Never
-- raises.
create or replace function private.has_role(role text) returns boolean
language sql stable set search_path = ''
as $$
    select coalesce(auth.jwt() #> '{app_metadata,roles}' ? has_role.role, false) and not private.is_kids_acting()
$$;
comment on function private.has_role(text) is 'Whether the caller''s token has this role.';
revoke execute on function private.has_role(text) from public;
grant execute on function private.has_role(text) to anon, authenticated, service_role;

-- source: sql/private/identity/roles/read_roles.sql
-- Helper. Returns a user's roles, for an admin or the service. Raises 42501 for other callers, 22023 for null, PT404
-- for an unknown user, 403 kids_mode.
-- Definer: no client role may read user_roles.
create or replace function private.read_roles(user_id uuid) returns text[]
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform private.check_admin();
    perform private.check_user(read_roles.user_id);
    return private.roles_of(read_roles.user_id);
end
$$;
comment on function private.read_roles(uuid) is 'A user''s roles, for an admin.';
revoke execute on function private.read_roles(uuid) from public;
grant execute on function private.read_roles(uuid) to authenticated, service_role;

-- source: sql/private/identity/roles/roles_of.sql
-- Helper. Returns a user's current roles in alphabetical order. Called by definer functions only.
create or replace function private.roles_of(user_id uuid) returns text[]
language sql stable set search_path = ''
as $$
    select array(select r.role from private.user_roles as r where r.user_id = roles_of.user_id order by r.role)
$$;
comment on function private.roles_of(uuid) is 'A user''s current roles.';
revoke execute on function private.roles_of(uuid) from public;

-- source: sql/private/identity/sessions/check_session.sql
-- Helper. Refuses a request whose token is no longer valid; private.session_error finds the reason.
-- Raises 401 account_suspended, user_banned, session_ended; 403 role_revoked, profile_refused.
create or replace function private.check_session() returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_fault text := private.session_error();
begin
    if v_fault is null then
        return;
    end if;
    case v_fault
        when 'account_suspended' then
            perform private.refuse(401, 'account_suspended', 'This account is suspended.', 'Sign out.');
        when 'user_banned' then
            perform private.refuse(401, 'user_banned', 'This user is banned.', 'Sign out.');
        when 'session_ended' then
            perform private.refuse(401, 'session_ended', 'This session has ended.', 'Sign in again.');
        when 'role_revoked' then
            perform private.refuse(403, 'role_revoked', 'This user is no longer an admin.', 'Refresh the session.');
        when 'profile_refused' then
            perform private.refuse(
                403, 'profile_refused', 'x-profile-id is none of your profiles.',
                'Send the id of one of your profiles, or no header.'
            );
    end case;
end
$$;
comment on function private.check_session() is 'Raise an error if the caller''s token is no longer valid.';
revoke execute on function private.check_session() from public;
grant execute on function private.check_session() to anon, authenticated, service_role;

-- source: sql/private/identity/sessions/custom_access_token_hook.sql
-- Hook. Supabase Auth calls it before it signs an access token. It sets the user's roles and tier in app_metadata,
-- replacing any that are there; a suspended account gets no token. user_metadata of more than 4,000 bytes is replaced
-- by {}: servers would refuse a token of that length, and its owner could not sign in.
-- Takes {user_id, claims, authentication_method}; returns the event with changed claims, or {error}.
-- Definer: the role of Auth may not read private tables.
create or replace function private.custom_access_token_hook(event jsonb) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select case
        when a.status = 'suspended' then
            '{"error": {"http_code": 403, "message": "This account is suspended."}}'
        else jsonb_set(
            case
                when octet_length(event #>> '{claims,user_metadata}') > 4000
                then jsonb_set(event, '{claims,user_metadata}', '{}')
                else event
            end,
            '{claims,app_metadata}',
            coalesce(event #> '{claims,app_metadata}', '{}')
            || jsonb_build_object('roles', private.roles_of(u.id), 'tier', private.tier_of(u.id))
        )
    end
    from (select (event ->> 'user_id')::uuid as id) as u
    left join public.accounts as a on a.id = u.id
$$;
comment on function private.custom_access_token_hook(jsonb) is
'Hook. Adds the user''s roles and tier to the access token.';
revoke execute on function private.custom_access_token_hook(jsonb) from public;
grant execute on function private.custom_access_token_hook(jsonb) to supabase_auth_admin;

-- source: sql/private/identity/sessions/end_reused_session.sql
-- Trigger. At the end of a transaction that revoked a refresh token without a successor, deletes its session. Auth
-- revokes so when an older token of the session is used again after its grace time, possibly by a thief. It keeps the
-- session itself: the access token would live on, and the newest refresh token could be exchanged for ten more seconds.
-- Definer: the role of Auth runs it and may not read private tables.
create or replace function private.end_reused_session() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    -- Not in the trigger's condition, which would keep Auth's migrations from the column.
    if new.revoked
        and not old.revoked
        and not exists (select from auth.refresh_tokens as t where t.parent = new.token)
    then
        delete from auth.sessions as s where s.id = new.session_id;
    end if;
    return null;
end
$$;
comment on function private.end_reused_session() is 'Trigger. Deletes the session in which a refresh token was reused.';
revoke execute on function private.end_reused_session() from public;

-- source: sql/private/identity/sessions/session_error.sql
-- Helper. Returns why a signed-in caller's access token is no longer valid, although its signature and expiry are; null
-- if it is valid, and for anon and the service:
--   account_suspended  an admin suspended the account
--   user_banned        Auth banned the user
--   session_ended      the session ended, or the user was softly deleted
--   role_revoked       the token has the role admin, and the user no longer has it
--   profile_refused    the header x-profile-id names no profile of the caller
-- A token without session_id, which only the operator can sign, has no session to check. Every table is read by its
-- key. Never raises: the policy of storage.objects calls it, because Storage runs no request check.
-- Definer: it reads auth.sessions and auth.users, which clients may not read.
create or replace function private.session_error() returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_claims jsonb;
    v_user uuid;
    v_session text;
    v_session_id uuid;
    v_profile text;
    v_banned_until timestamptz;
    v_status text;
    v_is_live boolean;
    v_is_deleted boolean;
begin
    if current_setting('role', true) is distinct from 'authenticated' then
        return null;
    end if;
    v_claims := nullif(current_setting('request.jwt.claims', true), '');
    v_user := private.as_uuid(v_claims ->> 'sub');
    v_session := nullif(v_claims ->> 'session_id', '00000000-0000-0000-0000-000000000000');
    v_session_id := private.as_uuid(v_session);
    v_profile := private.request_header('x-profile-id');

    select u.banned_until, a.status, s.id is not null, u.deleted_at is not null
    into v_banned_until, v_status, v_is_live, v_is_deleted
    from auth.users as u
    left join public.accounts as a on a.id = v_user
    left join auth.sessions as s
        on s.id = v_session_id and s.user_id = v_user and (s.not_after is null or s.not_after > now())
    where u.id = v_user;

    if v_status = 'suspended' then
        return 'account_suspended';
    elsif v_banned_until > now() then
        return 'user_banned';
    elsif v_is_deleted or v_session is not null and v_is_live is not true then
        return 'session_ended';
    elsif v_claims #> '{app_metadata,roles}' ? 'admin' and not exists (
        select from private.user_roles as r where r.user_id = v_user and r.role = 'admin'
    ) then
        return 'role_revoked';
    elsif v_profile is not null and not exists (
        select from public.profiles as p where p.id = private.as_uuid(v_profile) and p.account_id = v_user
    ) then
        return 'profile_refused';
    end if;
    return null;
end
$$;
comment on function private.session_error() is 'Why the caller''s token is no longer valid; null: it is valid.';
revoke execute on function private.session_error() from public;
grant execute on function private.session_error() to anon, authenticated, service_role;

-- source: sql/private/identity/tiers/current_tier.sql
-- Helper. Returns premium if the token's app_metadata.tier says so, else free. Never raises.
create or replace function private.current_tier() returns text
language sql stable set search_path = ''
as $$
    select case
        when auth.jwt() #>> '{app_metadata,tier}' = 'premium' then 'premium'
        else 'free'
    end
$$;
comment on function private.current_tier() is 'The caller''s tier by the token: premium or free.';
revoke execute on function private.current_tier() from public;
grant execute on function private.current_tier() to anon, authenticated, service_role;

-- source: sql/private/identity/tiers/has_tier.sql
-- Policy predicate. Returns whether the caller's subscription gives this tier or a higher one now: an upgrade takes
-- effect at once, before the token changes. Everyone has free; an unknown tier returns false. Never raises.
-- Definer: anon, which may not read subscriptions, also calls it.
create or replace function private.has_tier(tier text) returns boolean
language sql stable security definer set search_path = ''
as $$
    select exists (
        select
        from public.tiers as wanted
        join public.tiers as had on had.rank >= wanted.rank
        where wanted.name = has_tier.tier and had.name = private.tier_of(private.caller_id())
    )
$$;
comment on function private.has_tier(text) is 'Whether the caller has this tier now.';
revoke execute on function private.has_tier(text) from public;
grant execute on function private.has_tier(text) to anon, authenticated, service_role;

-- source: sql/private/identity/tiers/tier_of.sql
-- Helper. Returns the tier of an account now: that of a subscription whose status grants it and whose period has not
-- ended, else free. Security invoker: clients see only their own subscription.
create or replace function private.tier_of(account_id uuid) returns text
language sql stable set search_path = ''
as $$
    select coalesce(
        (
            select s.tier
            from public.subscriptions as s
            where
                s.account_id = tier_of.account_id
                and s.status in ('trial', 'active', 'past_due', 'cancelled')
                and now() < s.current_period_end
        ),
        'free'
    )
$$;
comment on function private.tier_of(uuid) is 'The tier of an account now.';
revoke execute on function private.tier_of(uuid) from public;
grant execute on function private.tier_of(uuid) to authenticated, service_role;

-- source: sql/private/platform/audit/audit_role.sql
-- Trigger. Records each granted and revoked role in the audit log, whichever way it was changed.
-- Definer: only private.audit writes the log, and no role may execute it.
create or replace function private.audit_role() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if tg_op = 'INSERT' then
        perform private.audit('role.granted', 'user', new.user_id::text, null, jsonb_build_object('role', new.role));
    else
        perform private.audit('role.revoked', 'user', old.user_id::text, jsonb_build_object('role', old.role), null);
    end if;
    return null;
end
$$;
comment on function private.audit_role() is 'Trigger. Records granted and revoked roles in the audit log.';
revoke execute on function private.audit_role() from public;

-- source: sql/private/platform/limits/count_rows.sql
-- Trigger. Counts the rows that a client's statement wrote against the caller's limits for the table and for all tables
-- together (scope rows). Raises 429 rate_limited and 413 too_many_rows. Rows written by triggers and roles without such
-- a limit are not counted.
-- Definer: no API role has privileges on the limits; it only counts its caller.
create or replace function private.count_rows() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_limits private.rate_limits[];
    v_rows bigint;
    v_caller text;
begin
    if pg_trigger_depth() > 1 then
        return null;
    end if;
    v_limits := array(
        select l
        from private.rate_limits as l
        where l.role = current_setting('role', true) and l.scope in ('rows', tg_table_name)
        order by l.scope
    );
    if v_limits = '{}' then
        return null;
    end if;
    select count(*) into v_rows from changed_rows;
    v_caller := coalesce(
        nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub', private.current_network()
    );
    for v_at in 1 .. cardinality(v_limits) loop
        perform private.take_row_slots(v_limits[v_at], v_caller, v_rows);
    end loop;
    return null;
end
$$;
comment on function private.count_rows() is 'Trigger. Counts the rows that a client writes, or refuses them.';
revoke execute on function private.count_rows() from public;

-- source: sql/private/platform/limits/hold_rows.sql
-- Trigger. Before a statement that can write several rows, serialises the writes of the caller (private.hold_writes).
-- Statements of triggers run under the lock of the statement that fired them.
create or replace function private.hold_rows() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if pg_trigger_depth() = 1 then
        perform private.hold_writes();
    end if;
    return null;
end
$$;
comment on function private.hold_rows() is 'Trigger: serialises the writes of a client.';
revoke execute on function private.hold_rows() from public;
grant execute on function private.hold_rows() to authenticated, service_role;

-- source: sql/private/platform/quotas/limit_ratings.sql
-- Trigger. Refuses ratings beyond the quota of a profile, when private.count_ratings increases raters.rating_count.
-- Raters without a profile, such as imported ones, have no quota. Raises PT409.
-- Definer: clients may not read quotas.
create or replace function private.limit_ratings() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_quota bigint := private.quota_of(
        (select p.account_id from public.profiles as p where p.id = new.profile_id), 'ratings'
    );
begin
    if new.rating_count > v_quota then
        perform private.refuse_over_quota(v_quota, 'ratings', 'ratings a profile');
    end if;
    return new;
end
$$;
comment on function private.limit_ratings() is 'Trigger. Refuses ratings beyond the profile''s quota.';
revoke execute on function private.limit_ratings() from public;

-- source: sql/private/platform/quotas/limit_user_metadata.sql
-- Trigger. Limits user_metadata, which users write and Auth copies into each token, to 16,000 bytes and 8 levels.
-- Raises PT400, to which Auth responds with 400 and the message.
-- Definer: the role of Auth may not execute our functions.
create or replace function private.limit_user_metadata() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if new.raw_user_meta_data <> 'null' and not private.is_small_json(new.raw_user_meta_data, 16000) then
        raise exception 'user_metadata must be a JSON object of up to 16,000 bytes and 8 levels'
            using errcode = 'PT400', detail = '{"field": "user_metadata", "max": 16000}';
    end if;
    return new;
end
$$;
comment on function private.limit_user_metadata() is 'Trigger. Limits the size of user metadata.';
revoke execute on function private.limit_user_metadata() from public;

-- source: sql/private/platform/validation/check_time_zone.sql
-- Trigger. Raises 22023 unless the account's time zone is a name in pg_timezone_names.
create or replace function private.check_time_zone() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if not exists (select from pg_catalog.pg_timezone_names as z where z.name = new.time_zone) then
        raise exception 'there is no time zone %', left(new.time_zone, 60)
            using errcode = '22023', detail = '{"field": "time_zone"}',
            hint = 'Send an IANA name such as Europe/Paris.';
    end if;
    return new;
end
$$;
comment on function private.check_time_zone() is 'Trigger. Refuses an unknown time zone.';
revoke execute on function private.check_time_zone() from public;
grant execute on function private.check_time_zone() to authenticated, service_role;

-- source: sql/private/platform/validation/refuse_reserved_name.sql
-- Trigger. Raises 23514 if a caller other than the service gives an account a name that looks like a name of the
-- service. Its argument is the column.
create or replace function private.refuse_reserved_name() returns trigger
language plpgsql set search_path = ''
as $$
declare
    v_field text := tg_argv[0];
begin
    if not private.is_service() and private.is_reserved(to_jsonb(new) ->> v_field) then
        raise exception '% must not look like a name of the service, such as admin or support', v_field
            using errcode = '23514', detail = jsonb_build_object('field', v_field)::text,
            schema = tg_table_schema, table = tg_table_name, column = v_field;
    end if;
    return new;
end
$$;
comment on function private.refuse_reserved_name() is 'Trigger. Refuses a name that looks like a name of the service.';
revoke execute on function private.refuse_reserved_name() from public;

-- source: sql/private/platform/validation/refuse_value.sql
-- Trigger. Refuses a row with a readable sentence before a check constraint refuses it by name; the trigger's WHEN
-- repeats the constraint. Arguments: the constraint, the field, the sentence. Raises 23514.
create or replace function private.refuse_value() returns trigger
language plpgsql set search_path = ''
as $$
begin
    raise exception '%', tg_argv[2]
        using errcode = '23514', detail = jsonb_build_object('field', tg_argv[1])::text,
        schema = tg_table_schema, table = tg_table_name, column = tg_argv[1], constraint = tg_argv[0];
end
$$;
comment on function private.refuse_value() is 'Trigger. Refuses a value with a sentence that describes valid ones.';
revoke execute on function private.refuse_value() from public;

-- source: sql/private/platform/validation/touch.sql
-- Trigger. Sets updated_at to the time of the change.
create or replace function private.touch() returns trigger
language plpgsql set search_path = ''
as $$
begin
    new.updated_at := now();
    return new;
end
$$;
comment on function private.touch() is 'Trigger. Sets updated_at to the time of the change.';
revoke execute on function private.touch() from public;
grant execute on function private.touch() to authenticated, service_role;

-- source: sql/private/privacy/erasure/delete_user_data.sql
-- Trigger. Before an auth user is deleted, deletes the user's rows that foreign-key cascades do not reach. After a soft
-- deletion, which keeps the row of auth.users, it deletes all other personal rows and clears the identities.
-- Definer: the role of Auth, which writes auth.users, has no privilege on our tables.
create or replace function private.delete_user_data() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if tg_op = 'UPDATE' then
        update auth.identities as i set
            identity_data = '{}',
            provider_id = encode(sha256(convert_to(concat(i.user_id, i.provider, i.provider_id), 'UTF8')), 'hex')
        where i.user_id = old.id and i.identity_data <> '{}';
        perform private.delete_user_rows(old.id, true);
        return null;
    end if;
    perform private.delete_user_rows(old.id, false);
    return old;
end
$$;
comment on function private.delete_user_data() is 'Trigger. Deletes a user''s rows that cascades do not reach.';
revoke execute on function private.delete_user_data() from public;

-- source: sql/private/privacy/erasure/pseudonymise_ratings.sql
-- Trigger. Before a profile is deleted, moves its ratings to a new rater that no profile refers to. Deleted instead are
-- ratings that were last changed within the period rating_settles of private.periods, and all ratings of a rater that
-- is not counted: otherwise one account could create and delete profiles without end and have their ratings counted for
-- ever, or move old ratings to another item just before. Interactions are deleted with the old rater. Times are
-- truncated to the month: exact ones would identify the ratings to the reader of an older export. Neighbours are kept
-- if their similarities are current.
-- Definer: the owner may delete a profile but not write raters.
create or replace function private.pseudonymise_ratings() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_new uuid := gen_random_uuid();
    v_old uuid;
    v_is_fresh boolean;
    v_is_counted boolean;
begin
    -- Lock the rater before any of its rows, in the same order as private.refresh_user_similarity.
    select r.id, r.similarities_version = r.ratings_version, r.is_counted into v_old, v_is_fresh, v_is_counted
    from public.raters as r
    where r.profile_id = old.id
    for update;
    perform private.note_changes(array_agg(i.item_id), array_agg(i.rater_id), array_agg(i.country), 'interactions')
    from public.interactions as i
    where i.rater_id = v_old;
    delete from public.ratings as r
    where
        r.rater_id = v_old
        and (
            not v_is_counted
            or r.updated_at > now() - (select p.length from private.periods as p where p.name = 'rating_settles')
        );
    v_is_fresh := v_is_fresh and not found;
    if exists (select from public.ratings as r where r.rater_id = v_old) then
        insert into public.raters (id) values (v_new);
        update public.user_similarities as s set rater_id = v_new where s.rater_id = v_old;
        update public.user_similarities as s set neighbour_id = v_new where s.neighbour_id = v_old;
        update public.ratings as r set
            rater_id = v_new,
            country = null,
            created_at = date_trunc('month', r.created_at, 'UTC'),
            updated_at = date_trunc('month', r.updated_at, 'UTC')
        where r.rater_id = v_old;
        update public.raters as r set similarities_version = r.ratings_version where r.id = v_new and v_is_fresh;
    end if;
    delete from public.raters as r where r.id = v_old;
    if exists (select from public.accounts as a where a.id = old.account_id) then
        -- When the account itself is deleted, private.delete_user_data deletes the jobs.
        perform private.delete_jobs_naming(array[v_old]);
    end if;
    return old;
end
$$;
comment on function private.pseudonymise_ratings() is 'Trigger. Moves a deleted profile''s ratings to a new pseudonym.';
revoke execute on function private.pseudonymise_ratings() from public;

-- source: sql/private/recommend/counts/count_rater.sql
-- Trigger. When raters.is_counted changes, adds the rater's ratings to the exact counts or subtracts them, and marks
-- the published figures of its items as changed.
-- Definer: clients may not write counts.
create or replace function private.count_rater() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_sign integer := case when new.is_counted then 1 else -1 end;
begin
    insert into private.item_counts as s (item_id, kind, rating_count, rating_sum, rating_square_sum)
    select i.id, i.kind, v_sign, v_sign * r.rating, v_sign * power(r.rating, 2)
    from public.ratings as r
    join public.items as i on i.id = r.item_id
    where r.rater_id = new.id
    order by i.id
    on conflict (item_id) do update set
        rating_count = s.rating_count + excluded.rating_count,
        rating_sum = s.rating_sum + excluded.rating_sum,
        rating_square_sum = s.rating_square_sum + excluded.rating_square_sum;
    perform private.note_changes(array_agg(r.item_id), array_agg(r.rater_id), array_agg(r.country), 'ratings')
    from public.ratings as r
    where r.rater_id = new.id;
    perform private.note_changes(array_agg(i.item_id), array_agg(i.rater_id), array_agg(i.country), 'interactions')
    from public.interactions as i
    where i.rater_id = new.id;
    return null;
end
$$;
comment on function private.count_rater() is
'Trigger: adds a rater''s ratings to the counts, or subtracts them, when is_counted changes.';
revoke execute on function private.count_rater() from public;

-- source: sql/private/recommend/counts/count_user.sql
-- Trigger. Includes the ratings and events of an anonymous user in statistics once the user becomes permanent.
-- Definer: the role of Auth, which writes auth.users, has no privilege on our tables.
create or replace function private.count_user() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update public.raters as r set is_counted = not new.is_anonymous
    from public.profiles as p
    where p.account_id = new.id and r.profile_id = p.id and r.is_counted = new.is_anonymous;
    return null;
end
$$;
comment on function private.count_user() is 'Trigger. Counts a user''s ratings once the user is not anonymous.';
revoke execute on function private.count_user() from public;

-- source: sql/triggers/accounts.sql
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

-- source: sql/triggers/auth_identities.sql
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

-- source: sql/triggers/auth_mfa_factors.sql
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

-- source: sql/triggers/auth_refresh_tokens.sql
-- A session ends when one of its refresh tokens is reused. Deferred: an exchange revokes a token before it makes the
-- next. Created where it is missing, since a constraint trigger is not replaced, and hosted lets Auth alone drop it.
do $$
begin
    if not exists (
        select from pg_trigger as t
        where t.tgrelid = 'auth.refresh_tokens'::regclass and t.tgname = 'end_reused_session'
    ) then
        create constraint trigger end_reused_session
        after update on auth.refresh_tokens
        deferrable initially deferred
        for each row execute function private.end_reused_session();
    end if;
end
$$;

-- source: sql/triggers/auth_users.sql
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

-- source: sql/triggers/kids_sessions.sql
-- Sessions in kids mode: the age rule that a transaction keeps is computed again after a change.
create or replace trigger forget_age_rule
after insert or update or delete on private.kids_sessions
for each statement execute function private.reset_age_rule();

-- source: sql/triggers/profiles.sql
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

-- source: sql/triggers/raters.sql
-- Raters: counts follow when a rater begins or ceases to be counted; ratings are limited by the account's quota.
create or replace trigger count_rater
after update of is_counted on public.raters
for each row when (old.is_counted is distinct from new.is_counted) execute function private.count_rater();

create or replace trigger limit_ratings
before update of rating_count on public.raters
for each row when (new.profile_id is not null and new.rating_count > old.rating_count)
execute function private.limit_ratings();

-- source: sql/triggers/subscriptions.sql
-- Subscriptions: updated_at is set.
create or replace trigger touch
before update on public.subscriptions
for each row execute function private.touch();

-- source: sql/triggers/user_roles.sql
-- Roles: each change is written to the audit log.
create or replace trigger audit_role
after insert or delete on private.user_roles
for each row execute function private.audit_role();

-- source: sql/access/account_pins.sql
-- Only functions read and write PINs.
alter table private.account_pins enable row level security;
revoke all on private.account_pins from anon, authenticated, service_role;

-- source: sql/access/accounts.sql
-- Users read their own account and update the columns that are theirs to choose.
alter table public.accounts enable row level security;
revoke all on public.accounts from anon, authenticated;
grant select on public.accounts to authenticated;
grant update (display_name, username, locale, time_zone, country) on public.accounts to authenticated;
grant all on public.accounts to service_role;

drop policy if exists accounts_select_own on public.accounts;
create policy accounts_select_own on public.accounts
for select to authenticated
using (id = (select auth.uid()));
comment on policy accounts_select_own on public.accounts is 'Users read their own account.';

drop policy if exists accounts_update_own on public.accounts;
create policy accounts_update_own on public.accounts
for update to authenticated
using (id = (select auth.uid()))
with check (id = (select auth.uid()));
comment on policy accounts_update_own on public.accounts is 'Users update their own account.';

-- source: sql/access/kids_sessions.sql
-- Only functions read and write which sessions are in kids mode.
alter table private.kids_sessions enable row level security;
revoke all on private.kids_sessions from anon, authenticated, service_role;

-- source: sql/access/profiles.sql
-- Users read, create and delete the profiles of their account, and update the columns that are theirs to choose.
alter table public.profiles enable row level security;
revoke all on public.profiles from anon, authenticated;
grant select, delete on public.profiles to authenticated;
grant insert (
    account_id, name, avatar_path, maturity_rating, shows_unrated, language_preference, learning_languages, is_kids,
    preferences
) on public.profiles to authenticated;
grant update (
    name, avatar_path, maturity_rating, shows_unrated, language_preference, learning_languages, is_kids, preferences
) on public.profiles to authenticated;
grant all on public.profiles to service_role;

drop policy if exists profiles_select_own on public.profiles;
create policy profiles_select_own on public.profiles
for select to authenticated
using (account_id = (select auth.uid()));
comment on policy profiles_select_own on public.profiles is 'Users read the profiles of their account.';

drop policy if exists profiles_update_own on public.profiles;
create policy profiles_update_own on public.profiles
for update to authenticated
using (account_id = (select auth.uid()))
with check (account_id = (select auth.uid()));
comment on policy profiles_update_own on public.profiles is 'Users update the profiles of their account.';

drop policy if exists profiles_insert_own on public.profiles;
create policy profiles_insert_own on public.profiles
for insert to authenticated
with check (account_id = (select auth.uid()));
comment on policy profiles_insert_own on public.profiles is 'Users create profiles for their account.';

drop policy if exists profiles_delete_own on public.profiles;
create policy profiles_delete_own on public.profiles
for delete to authenticated
using (account_id = (select auth.uid()));
comment on policy profiles_delete_own on public.profiles is 'Users delete profiles of their account.';

-- source: sql/access/raters.sql
-- A pseudonym is secret: users read only that of the acting profile.
alter table public.raters enable row level security;
revoke all on public.raters from anon, authenticated;
grant select on public.raters to authenticated;
grant all on public.raters to service_role;

drop policy if exists raters_select_own on public.raters;
create policy raters_select_own on public.raters
for select to authenticated
using (id = (select private.current_rater_id()));
comment on policy raters_select_own on public.raters is 'Users read the pseudonym of the acting profile.';

-- source: sql/access/subscriptions.sql
-- Users read their own subscription; the service writes it.
alter table public.subscriptions enable row level security;
revoke all on public.subscriptions from anon, authenticated;
grant select on public.subscriptions to authenticated;
grant all on public.subscriptions to service_role;

drop policy if exists subscriptions_select_own on public.subscriptions;
create policy subscriptions_select_own on public.subscriptions
for select to authenticated
using (account_id = (select auth.uid()));
comment on policy subscriptions_select_own on public.subscriptions is 'Users read their own subscription.';

-- source: sql/access/tier_limits.sql
-- Everyone reads the limits of tiers.
alter table public.tier_limits enable row level security;
revoke all on public.tier_limits from anon, authenticated;
grant select on public.tier_limits to anon, authenticated;
grant all on public.tier_limits to service_role;

drop policy if exists tier_limits_select_all on public.tier_limits;
create policy tier_limits_select_all on public.tier_limits
for select to anon, authenticated
using (true);
comment on policy tier_limits_select_all on public.tier_limits is 'Everyone reads the limits of tiers.';

-- source: sql/access/tiers.sql
-- Everyone reads tiers.
alter table public.tiers enable row level security;
revoke all on public.tiers from anon, authenticated;
grant select on public.tiers to anon, authenticated;
grant all on public.tiers to service_role;

drop policy if exists tiers_select_all on public.tiers;
create policy tiers_select_all on public.tiers
for select to anon, authenticated
using (true);
comment on policy tiers_select_all on public.tiers is 'Everyone reads tiers.';

-- source: sql/rpc/identity/cancel_account_deletion.sql
-- Cancels the requested deletion of the caller's account.
-- Returns true if a deletion was cancelled; false if none was requested or it is already due.
-- Raises 42501 without an account, PT409 after ten times in a month, kids_mode while a kids profile acts.
-- Roles: authenticated.
-- Example: rpc/cancel_account_deletion {}
-- Example response: true
create or replace function public.cancel_account_deletion() returns boolean
language plpgsql set search_path = ''
as $$
begin
    return private.cancel_deletion();
end
$$;
comment on function public.cancel_account_deletion() is 'Cancels the requested deletion of the caller''s account.';
revoke execute on function public.cancel_account_deletion() from public, service_role;
grant execute on function public.cancel_account_deletion() to authenticated;

-- source: sql/rpc/identity/delete_my_account.sql
-- Requests the deletion of the caller's account.
-- The account is erased after a grace period, 30 days by default. Until then the user can sign in as before and call
-- cancel_account_deletion. A second request changes nothing. docs/security-guide.md lists the data that is deleted and
-- the data that stays.
-- Returns the time at which the account becomes due for erasure.
-- Raises 42501 without an account, kids_mode while a kids profile acts.
-- Roles: authenticated.
-- Example: rpc/delete_my_account {}
-- Example response: "2026-12-30T16:37:31.14+00:00"
create or replace function public.delete_my_account() returns timestamptz
language plpgsql set search_path = ''
as $$
begin
    return private.request_deletion();
end
$$;
comment on function public.delete_my_account() is 'Requests the deletion of the caller''s account.';
revoke execute on function public.delete_my_account() from public, service_role;
grant execute on function public.delete_my_account() to authenticated;

-- source: sql/rpc/identity/enter_kids_mode.sql
-- Puts the caller's session into kids mode: all its requests act as one kids profile until leave_kids_mode is called
-- with the account's PIN.
-- In kids mode the header x-profile-id is ignored, also after a token refresh. A second call with the same profile
-- changes nothing. Other sessions of the account and new sign-ins are not affected.
--   profile_id  one of your own kids profiles
-- Returns nothing.
-- Raises 22023 for a missing id or a profile that is not a kids profile, 42501 for another user's profile or a token
-- without a session, PT409 if the account has no PIN (set_account_pin), kids_mode for a session in kids mode with
-- another profile.
-- Roles: authenticated.
-- Example: rpc/enter_kids_mode {"profile_id": "5d3c…"}
-- Example response: 204, no content
create or replace function public.enter_kids_mode(profile_id uuid default null) returns void
language plpgsql set search_path = ''
as $$
begin
    if profile_id is null then
        raise exception 'profile_id is missing' using errcode = '22023', detail = '{"field": "profile_id"}';
    end if;
    perform private.start_kids_mode(profile_id);
end
$$;
comment on function public.enter_kids_mode(uuid) is 'Puts the caller''s session into kids mode.';
revoke execute on function public.enter_kids_mode(uuid) from public, service_role;
grant execute on function public.enter_kids_mode(uuid) to authenticated;

-- source: sql/rpc/identity/export_my_data.sql
-- Exports all data stored about the caller: every row that belongs to the account, its profiles and their raters, and
-- the sign-in data without secrets.
-- Columns that identify other people are left out. The time limit of this call is 20 s, if the REST server applies a
-- function's own limit (PostgREST does).
-- Returns an object of table → list of rows; a table without rows of the caller has an empty list.
-- Raises 42501 without an account, kids_mode while a kids profile acts.
-- Roles: authenticated.
-- Example: rpc/export_my_data {}
-- Example response: {"accounts": [{"id": "5d3c…", "email": "ann@example.com", "country": null}], "ratings":
-- [{"rating": 4.5, "item_id": "267c…", "rater_id": "eb85…"}, …], "consents": [], "auth.sessions": [{"aal": "aal1",
-- "ip": "127.0.0.1"}]}
create or replace function public.export_my_data() returns jsonb
language plpgsql stable set search_path = '' set statement_timeout = '20s'
as $$
begin
    return private.export_own_rows();
end
$$;
comment on function public.export_my_data() is 'Exports all data stored about the caller.';
revoke execute on function public.export_my_data() from public, service_role;
grant execute on function public.export_my_data() to authenticated;

-- source: sql/rpc/identity/get_account.sql
-- Reads an account with its profiles, roles and tier, for an admin. The audit log records the call.
--   user_id  the account's user
-- Returns an object: account (its row), profiles (their rows, the oldest first), roles, tier.
-- Raises 42501 for a caller who is not an admin, 22023 without user_id, PT404 for an unknown user, kids_mode while a
-- kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/get_account {"user_id": "5d3c…"}
-- Example response: {"tier": "free", "roles": ["editor"], "account": {"id": "5d3c…", "email": "bob@example.com",
-- "username": null, "display_name": "bob", "locale": "en", "time_zone": "UTC", "country": null, "status": "active",
-- "status_reason": null, "created_at": "2026-11-30T16:37:11.25+00:00", "updated_at": "2026-11-30T16:37:11.25+00:00"},
-- "profiles": [{"id": "1469…", "account_id": "5d3c…", "name": "bob", "is_default": true, "is_kids": false,
-- "maturity_rating": "NC-17", "shows_unrated": true, "avatar_path": null, "portrait_path": null,
-- "language_preference": "en", "learning_languages": [], "preferences": {}, "created_at":
-- "2026-11-30T16:37:11.25+00:00", "updated_at": "2026-11-30T16:37:11.25+00:00"}]}
create or replace function public.get_account(user_id uuid default null) returns jsonb
language sql set search_path = ''
as $$
    select private.read_account(user_id)
$$;
comment on function public.get_account(uuid) is 'Reads an account with its profiles, roles and tier, for an admin.';
revoke execute on function public.get_account(uuid) from public;
grant execute on function public.get_account(uuid) to authenticated, service_role;

-- source: sql/rpc/identity/get_entitlements.sql
-- Reads the tier of the caller's account and the limits of this tier.
-- Returns tier (free or premium, by the current subscription), expires_at (null for free), limits (an object: profiles,
-- streams, devices, downloads, download_days, ai_questions_per_day; a key that is missing is not limited).
-- Raises nothing.
-- Roles: authenticated.
-- Example: rpc/get_entitlements {}
-- Example response: {"tier": "free", "expires_at": null, "limits": {"streams": 1, "profiles": 5, "downloads": 0,
-- "ai_questions_per_day": 10}}
create or replace function public.get_entitlements() returns public.entitlements
language sql stable set search_path = ''
as $$
    select
        now_has.tier,
        s.current_period_end,
        coalesce(
            (select jsonb_object_agg(l.name, l.value) from public.tier_limits as l where l.tier = now_has.tier),
            '{}'
        )
    from (select private.tier_of(auth.uid()) as tier) as now_has
    left join public.subscriptions as s on s.account_id = auth.uid() and s.tier = now_has.tier
$$;
comment on function public.get_entitlements() is 'Reads the tier of the caller''s account and its limits.';
revoke execute on function public.get_entitlements() from public, service_role;
grant execute on function public.get_entitlements() to authenticated;

-- source: sql/rpc/identity/get_kids_mode.sql
-- Checks whether the caller's session is in kids mode. An app calls it when it starts.
-- Returns an object: kids_mode (true or false), profile_id (the kids profile, or null), has_pin (whether the account
-- has a PIN), tries_left (how many wrong PINs are still compared, 0 to 5; null without a PIN), retry_after (seconds
-- until a PIN is compared again; null while attempts remain).
-- Raises nothing.
-- Roles: authenticated.
-- Example: rpc/get_kids_mode {}
-- Example response: {"has_pin": true, "kids_mode": true, "profile_id": "bc93…", "retry_after": null, "tries_left": 5}
create or replace function public.get_kids_mode() returns jsonb
language sql stable set search_path = ''
as $$
    select private.read_kids_mode()
$$;
comment on function public.get_kids_mode() is 'Checks whether the caller''s session is in kids mode.';
revoke execute on function public.get_kids_mode() from public, service_role;
grant execute on function public.get_kids_mode() to authenticated;

-- source: sql/rpc/identity/get_user_roles.sql
-- Reads the current roles of a user, for an admin. Your own roles are in your access token, in app_metadata.roles.
--   user_id  the user
-- Returns the roles in alphabetical order.
-- Raises 42501 for a caller who is not an admin, 22023 without user_id, PT404 for an unknown user, kids_mode while a
-- kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/get_user_roles {"user_id": "5d3c…"}
-- Example response: ["editor"]
create or replace function public.get_user_roles(user_id uuid default null) returns text[]
language sql stable set search_path = ''
as $$
    select private.read_roles(user_id)
$$;
comment on function public.get_user_roles(uuid) is 'Reads the current roles of a user, for an admin.';
revoke execute on function public.get_user_roles(uuid) from public;
grant execute on function public.get_user_roles(uuid) to authenticated, service_role;

-- source: sql/rpc/identity/grant_role.sql
-- Grants a role to a user, for an admin.
-- It takes effect with the user's next access token, at the latest when the current one expires. Granting a role again
-- changes nothing.
--   user_id  the user
--   role     student, tutor, editor, reviewer or admin
-- Returns the user's roles after the call, in alphabetical order.
-- Raises 42501 for a caller who is not an admin, 22023 for a missing parameter or an unknown role, PT404 for an unknown
-- user, kids_mode while a kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/grant_role {"user_id": "5d3c…", "role": "editor"}
-- Example response: ["editor"]
create or replace function public.grant_role(user_id uuid default null, role text default null) returns text[]
language sql set search_path = ''
as $$
    select private.change_role(user_id, role, true)
$$;
comment on function public.grant_role(uuid, text) is 'Grants a role to a user, for an admin.';
revoke execute on function public.grant_role(uuid, text) from public;
grant execute on function public.grant_role(uuid, text) to authenticated, service_role;

-- source: sql/rpc/identity/leave_kids_mode.sql
-- Ends kids mode of the caller's session. After 5 wrong PINs within 15 minutes, every PIN is refused until the lock
-- ends.
-- A refusal has a status and no body: 403 for a wrong PIN, 429 with Retry-After while no PIN is compared. get_kids_mode
-- returns how many attempts remain.
--   pin  the account's PIN; ignored if the session is not in kids mode
-- Returns nothing.
-- Raises PT409 if the account has no PIN.
-- Roles: authenticated.
-- Example: rpc/leave_kids_mode {"pin": "4711"}
-- Example response: 204, no content
create or replace function public.leave_kids_mode(pin text default null) returns void
language plpgsql set search_path = ''
as $$
begin
    perform private.end_kids_mode(pin);
end
$$;
comment on function public.leave_kids_mode(text) is 'Ends kids mode of the caller''s session.';
revoke execute on function public.leave_kids_mode(text) from public, service_role;
grant execute on function public.leave_kids_mode(text) to authenticated;

-- source: sql/rpc/identity/restore_account.sql
-- Restores a suspended account, for an admin: its user can sign in again. An account that is not suspended does not
-- change.
--   user_id  the account's user
-- Returns nothing.
-- Raises 42501 for a caller who is not an admin, 22023 without user_id, PT404 for an unknown user, kids_mode while a
-- kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/restore_account {"user_id": "5d3c…"}
-- Example response: 204, no content
create or replace function public.restore_account(user_id uuid default null) returns void
language sql set search_path = ''
as $$
    select private.change_status(user_id, 'active', null)
$$;
comment on function public.restore_account(uuid) is 'Restores a suspended account, for an admin.';
revoke execute on function public.restore_account(uuid) from public;
grant execute on function public.restore_account(uuid) to authenticated, service_role;

-- source: sql/rpc/identity/revoke_role.sql
-- Revokes a role of a user, for an admin.
-- The admin role ends at once: requests with an older token that contains it are refused until the token is refreshed.
-- Other roles end with the next access token. Revoking a role that the user does not have changes nothing.
--   user_id  the user
--   role     student, tutor, editor, reviewer or admin
-- Returns the user's roles after the call, in alphabetical order.
-- Raises 42501 for a caller who is not an admin, 22023 for a missing parameter or an unknown role, PT404 for an unknown
-- user; PT409 for the last active admin, unless the service calls; kids_mode while a kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/revoke_role {"user_id": "5d3c…", "role": "editor"}
-- Example response: []
create or replace function public.revoke_role(user_id uuid default null, role text default null) returns text[]
language sql set search_path = ''
as $$
    select private.guard_last_admin(user_id) where role = 'admin';
    select private.change_role(user_id, role, false)
$$;
comment on function public.revoke_role(uuid, text) is 'Revokes a role of a user, for an admin.';
revoke execute on function public.revoke_role(uuid, text) from public;
grant execute on function public.revoke_role(uuid, text) to authenticated, service_role;

-- source: sql/rpc/identity/set_account_pin.sql
-- Sets the PIN of the caller's account, which leave_kids_mode requires.
-- To replace a PIN, send the current one, or call from a session that signed in within the last 10 minutes.
--   pin          4 to 12 digits
--   current_pin  the current PIN; ignored if none is set, and within 10 minutes of the sign-in
-- A wrong current PIN is refused as by leave_kids_mode: 403, or 429 with Retry-After, without a body.
-- Returns nothing.
-- Raises 22023 for a PIN of another form, 42501 without an account, kids_mode while a kids profile acts; PT409 if the
-- PIN is deleted during the call.
-- Roles: authenticated.
-- Example: rpc/set_account_pin {"pin": "4711"}
-- Example response: 204, no content
create or replace function public.set_account_pin(pin text default null, current_pin text default null) returns void
language plpgsql set search_path = ''
as $$
begin
    if pin ~ '^[0-9]{4,12}$' then
        perform private.store_pin(pin, current_pin);
        return;
    end if;
    raise exception 'pin must be 4 to 12 digits' using errcode = '22023', detail = '{"field": "pin", "min": 4, "max": 12}';
end
$$;
comment on function public.set_account_pin(text, text) is 'Sets the PIN of the caller''s account.';
revoke execute on function public.set_account_pin(text, text) from public, service_role;
grant execute on function public.set_account_pin(text, text) to authenticated;

-- source: sql/rpc/identity/set_default_profile.sql
-- Sets the account's default profile: the one that acts if a request names none.
--   profile_id  one of your own profiles; the service may send any profile's id
-- Returns nothing.
-- Raises 22023 without profile_id, 42501 for another user's profile, PT404 (service only) for an unknown profile,
-- kids_mode while a kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/set_default_profile {"profile_id": "5d3c…"}
-- Example response: 204, no content
create or replace function public.set_default_profile(profile_id uuid default null) returns void
language sql set search_path = ''
as $$
    select private.make_default_profile(profile_id)
$$;
comment on function public.set_default_profile(uuid) is 'Sets the profile that acts if a request names none.';
revoke execute on function public.set_default_profile(uuid) from public;
grant execute on function public.set_default_profile(uuid) to authenticated, service_role;

-- source: sql/rpc/identity/suspend_account.sql
-- Suspends an account, for an admin: its sessions end at once, and its requests and sign-ins are refused until it is
-- restored. Suspending it again changes nothing.
--   user_id  the account's user
--   reason   the reason, up to 500 characters; the account's owner can read it
-- Returns nothing.
-- Raises 42501 for a caller who is not an admin, 22023 without user_id or for a longer reason, PT404 for an unknown
-- user; PT409 for the last active admin, unless the service calls; kids_mode while a kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/suspend_account {"user_id": "5d3c…", "reason": "Shares its password"}
-- Example response: 204, no content
create or replace function public.suspend_account(user_id uuid default null, reason text default null) returns void
language sql set search_path = ''
as $$
    select private.guard_last_admin(user_id);
    select private.change_status(user_id, 'suspended', reason)
$$;
comment on function public.suspend_account(uuid, text) is 'Suspends an account, for an admin.';
revoke execute on function public.suspend_account(uuid, text) from public;
grant execute on function public.suspend_account(uuid, text) to authenticated, service_role;
