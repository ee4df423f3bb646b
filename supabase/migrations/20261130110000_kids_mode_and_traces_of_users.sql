-- What a kids profile sees, how a session is bound to it and how it is left by a PIN; what a deleted user leaves; what the
-- service may do, also where Supabase's own defaults would let it do more.

set lock_timeout = '10s';
set check_function_bodies = off;

alter type private.viewer add attribute shows_unrated boolean;
comment on type private.viewer is
'For whom a list is made: the pseudonym, the country (null: unknown), the highest minimum age the profile may see (null: '
'nothing is hidden by age), the tier, its languages, the preferred one first, and whether it sees what is unrated. All '
'null: the service itself, which sees everything.';

alter table public.profiles add column shows_unrated boolean not null default true;
comment on column public.profiles.shows_unrated is
'Whether it sees what has no maturity rating; a kids profile does not, whatever this says.';
comment on column public.profiles.is_kids is
'A child''s: nothing above PG or maturity_rating exists for it, and nothing unrated.';
comment on column public.profiles.maturity_rating is
'The highest rating this profile sees: PG-13 unless chosen, NC-17 for the profile that is made at sign-up.';
comment on column public.content.maturity_rating is
'G, PG, PG-13, R or NC-17; null: not rated, which no kids profile sees.';
comment on column public.items.minimum_age is
'The age its maturity rating asks for, null where it is unrated; kept by a trigger.';

-- First profiles that nobody changed since sign-up get what sign-up gives now.
update public.profiles as p set maturity_rating = 'NC-17'
from public.accounts as a
where
    a.id = p.account_id and p.is_default and not p.is_kids and p.maturity_rating = 'PG-13'
    and p.created_at = a.created_at and p.updated_at = p.created_at;

create table private.account_pins (
    account_id uuid primary key references public.accounts (id) on delete cascade,
    salt bytea not null,
    digest bytea not null,
    rounds integer not null,
    set_at timestamptz not null default now(),
    failed_at timestamptz[] not null default '{}',
    constraint account_pins_rounds_positive check (rounds > 0)
);
alter table private.account_pins enable row level security;
comment on table private.account_pins is 'The PINs by which accounts leave kids mode; written by private.store_pin.';
comment on column private.account_pins.account_id is 'Whose PIN it is.';
comment on column private.account_pins.salt is 'Random bytes, other ones for each PIN.';
comment on column private.account_pins.digest is 'private.hash_pin of the PIN.';
comment on column private.account_pins.rounds is 'How many rounds of SHA-256 the digest took.';
comment on column private.account_pins.set_at is 'When it was set.';
comment on column private.account_pins.failed_at is 'When a wrong PIN was tried, since the last right one: five at most.';

create table private.kids_sessions (
    session_id uuid primary key references auth.sessions (id) on delete cascade,
    profile_id uuid not null references public.profiles (id),
    entered_at timestamptz not null default now()
);
create index kids_sessions_profile on private.kids_sessions (profile_id);
alter table private.kids_sessions enable row level security;
comment on table private.kids_sessions is
'Sessions in kids mode: each acts as one kids profile alone. A row goes with its session or by the PIN.';
comment on column private.kids_sessions.session_id is 'The session of Auth, as access tokens name it.';
comment on column private.kids_sessions.profile_id is 'The profile that it is bound to.';
comment on column private.kids_sessions.entered_at is 'Since when.';

insert into private.periods (name, length, meaning) values
('pin_reset', interval '10 minutes', 'How long after a sign-in its session sets a new PIN without the present one.');

insert into private.data_inventory (
    schema_name, table_name, holds, is_personal, purpose, owner_columns, exported_columns, on_erasure
)
values
(
    'private', 'account_pins', 'PINs by which accounts leave kids mode, as salted digests.',
    true, 'To keep children in kids mode.', null, '{set_at}', 'delete'
),
(
    'private', 'kids_sessions', 'Which sessions are in kids mode.',
    true, 'To keep children in kids mode.', '{session_id}', '{profile_id,entered_at}', 'delete'
);

create table private.files_to_remove (
    bucket_id text not null,
    name text not null,
    version text,
    noted_at timestamptz not null default now(),
    primary key (bucket_id, name)
);
alter table private.files_to_remove enable row level security;
comment on table private.files_to_remove is
'Files of users who are gone: nobody reads them any more, and a job deletes their bytes through Storage.';
comment on column private.files_to_remove.bucket_id is 'The bucket.';
comment on column private.files_to_remove.name is 'The name in the bucket; its folder is the id of the user who was.';
comment on column private.files_to_remove.version is 'The version by which Storage finds the bytes.';
comment on column private.files_to_remove.noted_at is 'When the user was deleted.';

insert into private.data_inventory (
    schema_name, table_name, holds, is_personal, purpose, owner_ids, exported_columns, on_erasure
)
values
(
    'private', 'files_to_remove', 'Files of users who are gone, until Storage has deleted them, an hour as a rule.',
    true, 'To delete them.', 'array[split_part(name, ''/'', 1)]', '{}', 'delete'
),
(
    'storage', 's3_multipart_uploads', 'Uploads in pieces that are under way.',
    true, 'To provide the service.', 'array[owner_id]', '{bucket_id,key,created_at}', 'delete'
),
(
    'storage', 's3_multipart_uploads_parts', 'Pieces of uploads that are under way.',
    true, 'To provide the service.', 'array[owner_id]', '{}', 'delete'
);

-- Tables that later versions of Auth have.
insert into private.data_inventory (
    schema_name, table_name, holds, is_personal, purpose, exported_columns, on_erasure
)
values
(
    'auth', 'webauthn_credentials', 'Passkeys.', true, 'To provide the service.',
    '{friendly_name,created_at,updated_at,last_used_at}', 'delete'
),
('auth', 'webauthn_challenges', 'Sign-ins by passkey that are under way.', true, 'To provide the service.',
    '{challenge_type,created_at,expires_at}', 'delete'),
(
    'auth', 'oauth_authorizations', 'Sign-ins of other apps through this project that are under way.',
    true, 'To provide the service.', '{scope,status,created_at,expires_at,approved_at}', 'delete'
),
(
    'auth', 'oauth_consents', 'Which other apps a user let in.', true, 'To provide the service.',
    '{client_id,scopes,granted_at,revoked_at}', 'delete'
),
(
    'auth', 'saml_relay_states', 'Sign-ins through a company that are under way.', true, 'To provide the service.',
    '{for_email,created_at,updated_at}', 'delete'
);

-- Hosted's defaults let the service do everything with what `postgres` makes in public. Each object says what it grants.
alter default privileges in schema public revoke all on tables from service_role;
alter default privileges in schema public revoke all on sequences from service_role;
alter default privileges in schema public revoke execute on functions from service_role;
revoke all on all sequences in schema public from anon, authenticated, service_role;

-- source: sql/private/catalog/allows_age.sql
-- Policy predicate: does an item of this minimum age (null: unrated) exist for the caller, by the acting profile's age?
-- Never raises.
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
comment on function private.allows_age(smallint) is 'Does an item of this minimum age exist for the caller?';
revoke execute on function private.allows_age(smallint) from public;
grant execute on function private.allows_age(smallint) to anon, authenticated, service_role;

-- source: sql/private/catalog/check_items.sql
-- Refuse items of which one is not there for the caller; null is let through. Raises 23503.
create or replace function private.check_items(item_ids uuid[]) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_missing uuid := (
        select u.id
        from unnest(item_ids) as u (id)
        where u.id is not null and not exists (select from public.items as i where i.id = u.id)
        limit 1
    );
begin
    if v_missing is not null then
        raise exception 'there is no item %', v_missing using errcode = '23503', detail = '{"field": "item_id"}';
    end if;
end
$$;
comment on function private.check_items(uuid[]) is 'Refuse items that are not there for the caller.';
revoke execute on function private.check_items(uuid[]) from public;
grant execute on function private.check_items(uuid[]) to anon, authenticated, service_role;

-- source: sql/private/catalog/check_rated_item.sql
-- Trigger: what does not exist for the caller is not rated: refused as an item that is not there. Raises 23503.
-- As its caller: the policy of items decides.
create or replace function private.check_rated_item() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if row_security_active('public.items') then
        perform private.check_items(array[new.item_id]);
    end if;
    return new;
end
$$;
comment on function private.check_rated_item() is 'Trigger: refuses ratings of what does not exist for the caller.';
revoke execute on function private.check_rated_item() from public;
grant execute on function private.check_rated_item() to authenticated, service_role;

-- source: sql/private/catalog/item_exists.sql
-- Policy predicate: does the item exist for the caller, by the acting profile's age? False for an unknown one. Never
-- raises.
-- Definer: the policy of items would ask the same again for each row.
create or replace function private.item_exists(item_id uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return exists (
        select from public.items as i where i.id = item_exists.item_id and private.allows_age(i.minimum_age)
    );
end
$$;
comment on function private.item_exists(uuid) is 'Does the item exist for the caller, by the acting profile''s age?';
revoke execute on function private.item_exists(uuid) from public;
grant execute on function private.item_exists(uuid) to anon, authenticated, service_role;

-- source: sql/private/identity/age_rule.sql
-- What the acting profile's age hides: the highest minimum age it sees, with a + where it also sees what is unrated.
-- Null where nothing is hidden by age: for anon, the service, a user without a profile, and a profile of the highest
-- rating that shows what is unrated. Never raises.
-- Every table of the catalogue asks for it in each query, so the answer is kept for the rest of the transaction, as
-- long as token and headers stay the same and no profile changes (private.reset_age_rule).
-- Definer: policies of the catalogue call it before any row of profiles may be read.
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
comment on function private.age_rule() is 'What the acting profile''s age hides; null: nothing.';
revoke execute on function private.age_rule() from public;
grant execute on function private.age_rule() to anon, authenticated, service_role;

-- source: sql/private/identity/check_account.sql
-- The caller's account. Raises 42501 where there is none: anon, the service, a user who was erased; 403 kids_mode while
-- a child acts.
-- Definer: the answer must not depend on what the caller may read.
create or replace function private.check_account() returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_account uuid;
begin
    select a.id into v_account from public.accounts as a where a.id = private.caller_id();
    if v_account is null then
        raise exception 'this takes an account'
            using errcode = '42501', hint = 'Sign in as the user whose account it is.';
    end if;
    perform private.check_not_kids();
    return v_account;
end
$$;
comment on function private.check_account() is 'The caller''s account, or a refusal.';
revoke execute on function private.check_account() from public;
grant execute on function private.check_account() to authenticated, service_role;

-- source: sql/private/identity/check_admin.sql
-- Refuse a caller who is neither an admin now, whatever the token says, nor the service, and an admin while
-- a child acts. Raises 42501, 403 kids_mode. For definer functions only.
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
comment on function private.check_admin() is 'Refuse a caller who is no admin.';
revoke execute on function private.check_admin() from public;

-- source: sql/private/identity/check_not_kids.sql
-- Refuse what a child may not do: what concerns the account, its profiles and kids mode itself. Raises 403 kids_mode.
create or replace function private.check_not_kids() returns void
language plpgsql stable set search_path = ''
as $$
begin
    if private.is_kids_acting() then
        perform private.refuse(
            403, 'kids_mode', 'A kids profile is acting: this takes a grown-up.',
            'Call leave_kids_mode with the PIN of the account, or act as another profile.'
        );
    end if;
end
$$;
comment on function private.check_not_kids() is 'Refuse what a child may not do.';
revoke execute on function private.check_not_kids() from public;
grant execute on function private.check_not_kids() to anon, authenticated, service_role;

-- source: sql/private/identity/current_profile_id.sql
-- The acting profile. In kids mode: the one that the session is bound to, whatever the request says. Else the one of
-- the caller's that the header x-profile-id names, without that header the default one; null for a header that names
-- none of the caller's, for anon and for workers. Never raises.
-- Definer: policies and defaults call it before any row of profiles may be read.
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

-- source: sql/private/identity/current_viewer.sql
-- For whom a list of the caller's is made: the acting profile; for anon nothing is hidden by age. All null for the
-- service: it sees everything. Never raises.
-- Definer: it reads accounts, and ratings before any policy lets them be read.
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
comment on function private.current_viewer() is 'For whom a list of the caller''s is made.';
revoke execute on function private.current_viewer() from public;
grant execute on function private.current_viewer() to anon, authenticated, service_role;

-- source: sql/private/identity/end_kids_mode.sql
-- End kids mode of the caller's session, if the PIN is right; nothing is compared where it is not in kids mode. Returns
-- whether it is in kids mode, or the refusal of private.verify_pin.
-- Definer: clients do not write which sessions are in kids mode.
create or replace function private.end_kids_mode(pin text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    v_refusal jsonb;
begin
    if private.kids_profile_id() is not null then
        v_refusal := private.verify_pin(private.caller_id(), pin);
        if v_refusal is not null then
            return v_refusal;
        end if;
        delete from private.kids_sessions as k where k.session_id = private.session_id();
    end if;
    return '{"kids_mode": false}';
end
$$;
comment on function private.end_kids_mode(text) is 'End kids mode of the caller''s session, if the PIN is right.';
revoke execute on function private.end_kids_mode(text) from public;
grant execute on function private.end_kids_mode(text) to authenticated;

-- source: sql/private/identity/end_kids_sessions.sql
-- Trigger: before a profile is deleted, the sessions that are in kids mode with it end: they must sign in again, since
-- without their profile they would act as another one.
-- Definer: clients do not write auth.sessions.
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
comment on function private.end_kids_sessions() is 'Trigger: ends the sessions in kids mode of a deleted profile.';
revoke execute on function private.end_kids_sessions() from public;

-- source: sql/private/identity/forget_age_rule.sql
-- Trigger: what private.age_rule keeps for a transaction does not outlive a change of profiles or of kids mode.
create or replace function private.reset_age_rule() returns trigger
language plpgsql set search_path = ''
as $$
begin
    perform set_config('cinefluent.age_rule', '', true);
    return null;
end
$$;
comment on function private.reset_age_rule() is 'Trigger: profiles changed, so what their age hides is read again.';
revoke execute on function private.reset_age_rule() from public;
grant execute on function private.reset_age_rule() to authenticated, service_role;

-- source: sql/private/identity/forget_user.sql
-- Trigger: before an auth user goes, however it is deleted, so does what no cascade of foreign keys takes along. Where
-- the user is deleted softly, the row stays, as Auth leaves it, and everything else goes.
-- Definer: the auth server's role writes auth.users and none of ours.
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
comment on function private.delete_user_data() is 'Trigger: deletes what of a user no cascade takes along.';
revoke execute on function private.delete_user_data() from public;

-- source: sql/private/identity/guard_profile.sql
-- Trigger: while a child acts it changes its own profile alone, and nothing there that decides what it sees: neither
-- is_kids nor maturity_rating. It makes and deletes no profile. The one exception keeps an account usable: outside of
-- kids mode an account whose profiles are all kids profiles gets another one. Raises 403 kids_mode.
-- Definer: it reads which profile acts, and all profiles of the account.
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
comment on function private.guard_profile() is 'Trigger: refuses changes of profiles that a child may not make.';
revoke execute on function private.guard_profile() from public;

-- source: sql/private/identity/has_age_limit.sql
-- Policy predicate: does the acting profile's age hide anything? Never raises.
create or replace function private.has_age_limit() returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return private.age_rule() is not null;
end
$$;
comment on function private.has_age_limit() is 'Does the acting profile''s age hide anything?';
revoke execute on function private.has_age_limit() from public;
grant execute on function private.has_age_limit() to anon, authenticated, service_role;

-- source: sql/private/identity/has_role.sql
-- Does the caller have this role, as the token's app_metadata.roles says? A change takes effect with the next token;
-- only that an admin is none any more is checked before each request. While a child acts, no. Never raises.
create or replace function private.has_role(role text) returns boolean
language sql stable set search_path = ''
as $$
    select coalesce(auth.jwt() #> '{app_metadata,roles}' ? has_role.role, false) and not private.is_kids_acting()
$$;
comment on function private.has_role(text) is 'Does the caller have this role, by its token?';
revoke execute on function private.has_role(text) from public;
grant execute on function private.has_role(text) to anon, authenticated, service_role;

-- source: sql/private/identity/hash_pin.sql
-- The digest of a PIN: SHA-256, salted, as many rounds as the row says, since no extension that every Supabase has
-- offers a slow hash. So few digits are guarded by the limit of tries (private.verify_pin); the digest keeps them out of
-- backups.
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
comment on function private.hash_pin(text, bytea, integer) is 'The digest of a PIN.';
revoke execute on function private.hash_pin(text, bytea, integer) from public;

-- source: sql/private/identity/is_kids_acting.sql
-- Is a child acting: is the session in kids mode, or the acting profile a kids profile? Never raises.
-- Definer: policies and triggers call it before any row of profiles may be read.
create or replace function private.is_kids_acting() returns boolean
language sql stable security definer set search_path = ''
as $$
    select private.kids_profile_id() is not null or exists (
        select from public.profiles as p where p.id = private.current_profile_id() and p.is_kids
    )
$$;
comment on function private.is_kids_acting() is 'Is a child acting?';
revoke execute on function private.is_kids_acting() from public;
grant execute on function private.is_kids_acting() to anon, authenticated, service_role;

-- source: sql/private/identity/keep_kids_mode.sql
-- Trigger: while a session of a user is in kids mode, password, address and telephone number stay: Auth would change
-- them for that session too, and a child who chose the password could sign in by it. Raises 42501. Who signs the other
-- sessions out first (signOut with scope others) may change them; a soft deletion may.
-- Definer: the auth server's role may not read private tables.
create or replace function private.guard_kids_mode() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if new.deleted_at is null and exists (
        select
        from auth.sessions as s
        join private.kids_sessions as k on k.session_id = s.id
        where s.user_id = new.id
    ) then
        raise exception 'a session of this user is in kids mode'
            using errcode = '42501', hint = 'Leave kids mode, or sign the other sessions out first.';
    end if;
    return new;
end
$$;
comment on function private.guard_kids_mode() is 'Trigger: refuses a new password while a session is in kids mode.';
revoke execute on function private.guard_kids_mode() from public;

-- source: sql/private/identity/kids_profile_id.sql
-- The profile that the caller's session is bound to while it is in kids mode; null while it is not. Never raises.
-- Definer: no client may read which sessions are in kids mode.
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
comment on function private.kids_profile_id() is 'The profile that a session in kids mode is bound to.';
revoke execute on function private.kids_profile_id() from public;
grant execute on function private.kids_profile_id() to anon, authenticated, service_role;

-- source: sql/private/identity/make_default_profile.sql
-- Make a profile its account's default one. Raises 22023 for null, 403 kids_mode, else as
-- private.rater_of_profile.
-- Definer: clients may not write is_default, nor lock an account's row.
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
    perform private.rater_of_profile(make_default_profile.profile_id);
    select p.account_id into v_account from public.profiles as p where p.id = make_default_profile.profile_id;
    perform from public.accounts as a where a.id = v_account for no key update;
    update public.profiles as p set is_default = false
    where p.account_id = v_account and p.is_default and p.id <> make_default_profile.profile_id;
    update public.profiles as p set is_default = true
    where p.id = make_default_profile.profile_id and not p.is_default;
end
$$;
comment on function private.make_default_profile(uuid) is 'Make a profile its account''s default one.';
revoke execute on function private.make_default_profile(uuid) from public;
grant execute on function private.make_default_profile(uuid) to authenticated, service_role;

-- source: sql/private/identity/note_files.sql
-- Take a user's files in avatars and speech out of reach: their rows go, so that nobody reads them any more, and their
-- names and versions are noted for a job, which deletes the bytes through Storage (private.files_to_remove). Uploads in
-- pieces are forgotten. What an account brought for others, as artwork, stays without the owner's id. For definer
-- functions only.
create or replace function private.hide_files(user_id uuid) returns void
language plpgsql set search_path = ''
as $$
declare
    v_allowed text := current_setting('storage.allow_delete_query', true);
    v_noted bigint;
begin
    if to_regclass('storage.objects') is null then
        return;
    end if;
    execute
        'insert into private.files_to_remove (bucket_id, name, version) '
        'select o.bucket_id, o.name, o.version from storage.objects as o '
        'join private.personal_files($1) as f on f.bucket_id = o.bucket_id and f.name = o.name '
        'on conflict do nothing'
        using user_id;
    get diagnostics v_noted = row_count;
    if v_noted > 0 then
        -- Storage's own trigger refuses to delete rows without their bytes: the note is what keeps them together.
        perform set_config('storage.allow_delete_query', 'true', true);
        execute
            'delete from storage.objects as o using private.files_to_remove as f '
            'where f.bucket_id = o.bucket_id and f.name = o.name and f.version is not distinct from o.version';
        perform set_config('storage.allow_delete_query', coalesce(v_allowed, ''), true);
        perform private.enqueue('privacy', 'remove_files', '{"timestamp": 0}', 'remove_files');
    end if;
    perform private.clear_file_owner(user_id);
end
$$;
comment on function private.hide_files(uuid) is 'Take a user''s files out of reach, and note them for deletion.';
revoke execute on function private.hide_files(uuid) from public;

-- source: sql/private/identity/orphan_files.sql
-- Files in avatars, portraits and speech of users who are not there: the second net, for what was uploaded while its
-- user was being deleted. An hour old at least, by the folder or by the owner. For workers only.
create or replace function private.orphan_files(batch integer default 1000) returns table (bucket_id text, name text)
language plpgsql stable rows 100 set search_path = ''
as $$
begin
    if to_regclass('storage.objects') is null then
        return;
    end if;
    return query execute
        'select o.bucket_id, o.name from storage.objects as o '
        'cross join lateral (values (private.as_uuid(o.owner_id)), (private.as_uuid(split_part(o.name, ''/'', 1)))) as u (id) '
        'where o.bucket_id in (''avatars'', ''portraits'', ''speech'') and o.created_at < now() - interval ''1 hour'' '
        'group by o.id, o.bucket_id, o.name '
        'having count(u.id) > 0 and bool_and(u.id is null or not exists (select from public.accounts as a where a.id = u.id)) '
        'order by o.bucket_id, o.name limit $1'
        using batch;
end
$$;
comment on function private.orphan_files(integer) is 'Files of users who are not there.';
revoke execute on function private.orphan_files(integer) from public;

-- source: sql/private/identity/personal_tables.sql
-- Every table with rows of people, found from the catalogue: those that foreign keys lead from to auth.users, by the
-- shortest way, and those of which private.data_inventory says whose rows they hold. A table of ours that the inventory
-- does not know counts as personal, and so does one of the platform's that a foreign key leads from; since those hold
-- secrets, of columns that the inventory does not name the plain ones alone are shown. The months of a table are
-- reached through the table. For definer functions and checks only.
create or replace function private.personal_tables() returns setof private.personal_table
language sql stable rows 30 set search_path = ''
as $$
    with recursive tables as (
        select c.oid, n.nspname, c.relname, i.owner_columns, i.owner_ids,
            case
                when i.table_name is null and n.nspname not in ('public', 'private') then private.plain_columns(c.oid)
                else i.exported_columns
            end as exported_columns,
            i.on_erasure
        from pg_catalog.pg_class as c
        join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
        left join private.data_inventory as i on i.schema_name = n.nspname and i.table_name = c.relname
        where
            c.relkind in ('r', 'p')
            and not c.relispartition
            and coalesce(i.is_personal, true)
            and n.nspname !~ '^(pg_|information_schema)'
    ), links as (
        select k.conrelid, k.confrelid, k.confdeltype = 'c' as is_cascade, f.columns, f.referenced, k.conkey
        from pg_catalog.pg_constraint as k
        join tables as t on t.oid = k.conrelid
        cross join lateral private.foreign_key(k.oid) as f
        where
            k.contype = 'f'
            and k.conrelid <> k.confrelid
            and t.owner_ids is null
            and (t.owner_columns is null or t.owner_columns @> f.columns and t.owner_columns <@ f.columns)
    ), walk as (
        select
            t.oid, 0 as depth, coalesce('$1::text = any(' || t.owner_ids || ')', 'id = $1') as owned,
            null::smallint[] as conkey, '{}'::text[] as columns, false as goes_with_owner, array[t.oid] as way
        from tables as t
        where t.owner_ids is not null or t.oid = 'auth.users'::regclass
        union all
        select
            l.conrelid, w.depth + 1,
            format(
                '(%s) in (select %s from %s where %s)',
                private.column_list(l.columns), private.column_list(l.referenced), l.confrelid::regclass, w.owned
            ),
            l.conkey, l.columns, l.is_cascade, w.way || l.conrelid
        from walk as w
        join links as l on l.confrelid = w.oid and l.conrelid <> all (w.way)
    ), nearest as (
        select distinct on (w.oid) w.* from walk as w order by w.oid, w.depth, w.conkey
    )
    select
        n.oid::regclass, t.nspname::text, t.relname::text, n.depth, n.owned, n.columns,
        n.goes_with_owner, t.exported_columns, coalesce(t.on_erasure, 'delete')
    from nearest as n
    join tables as t on t.oid = n.oid
    order by n.depth, t.nspname = 'public' desc, t.nspname, t.relname
$$;
comment on function private.personal_tables() is 'Every table with rows of people, and how to find one''s own.';
revoke execute on function private.personal_tables() from public;

-- source: sql/private/identity/plain_columns.sql
-- The columns of a table of the platform that an export shows although nobody said which hold secrets: times, yes and
-- no, enums, and the id. Never empty: a table without any is still in the export, with an empty object for each row.
-- For definer functions only.
create or replace function private.plain_columns(relation regclass) returns text[]
language sql stable set search_path = ''
as $$
    select array_append(coalesce(array_agg(a.attname::text order by a.attnum), '{}'), '')
    from pg_catalog.pg_attribute as a
    join pg_catalog.pg_type as t on t.oid = a.atttypid
    where
        a.attrelid = plain_columns.relation and a.attnum > 0 and not a.attisdropped
        and (
            a.atttypid in ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype, 'boolean'::regtype)
            or t.typtype = 'e'
            or a.attname = 'id' and a.atttypid in ('uuid'::regtype, 'bigint'::regtype, 'integer'::regtype)
        )
$$;
comment on function private.plain_columns(regclass) is 'The columns of a table that certainly hold no secret.';
revoke execute on function private.plain_columns(regclass) from public;

-- source: sql/private/identity/profile_age.sql
-- The highest minimum age that a profile sees: that of its maturity rating, for a kids profile that of PG at most.
create or replace function private.profile_age(maturity_rating text, is_kids boolean) returns smallint
language sql immutable set search_path = ''
as $$
    select least(
        private.minimum_age(profile_age.maturity_rating),
        case when profile_age.is_kids then private.minimum_age('PG') end
    )
$$;
comment on function private.profile_age(text, boolean) is 'The highest minimum age that a profile sees.';
revoke execute on function private.profile_age(text, boolean) from public;
grant execute on function private.profile_age(text, boolean) to anon, authenticated, service_role;

-- source: sql/private/identity/rater_of_profile.sql
-- The rater of a profile: the acting one for null, one's own, or anybody's for the service.
-- Raises 42501 for a profile that is not the caller's, PT404 for the service when there is none, 403 kids_mode for
-- another profile than the acting one while a child acts.
-- Definer: it looks at profiles that the caller may not read, to refuse them.
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
        using errcode = '42501', detail = '{"field": "profile_id"}', hint = 'Send one of your own profiles, or none.';
end
$$;
comment on function private.rater_of_profile(uuid) is 'The rater of a profile, if the caller may act for it.';
revoke execute on function private.rater_of_profile(uuid) from public;
grant execute on function private.rater_of_profile(uuid) to anon, authenticated, service_role;

-- source: sql/private/identity/read_kids_mode.sql
-- Whether the caller's session is in kids mode, with which profile, and whether the account has a PIN.
-- Definer: clients may read neither.
create or replace function private.read_kids_mode() returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'kids_mode', private.kids_profile_id() is not null,
        'profile_id', private.kids_profile_id(),
        'has_pin', exists (select from private.account_pins as p where p.account_id = private.caller_id())
    )
$$;
comment on function private.read_kids_mode() is 'Whether the caller''s session is in kids mode.';
revoke execute on function private.read_kids_mode() from public;
grant execute on function private.read_kids_mode() to authenticated;

-- source: sql/private/identity/refuse_kids.sql
-- Trigger: a statement that a child may not run is refused. Raises 403 kids_mode.
create or replace function private.refuse_kids() returns trigger
language plpgsql set search_path = ''
as $$
begin
    perform private.check_not_kids();
    return null;
end
$$;
comment on function private.refuse_kids() is 'Trigger: refuses what a child may not do.';
revoke execute on function private.refuse_kids() from public;
grant execute on function private.refuse_kids() to authenticated, service_role;

-- source: sql/private/identity/remove_traces.sql
-- Delete what a user left: rows that no cascade of foreign keys takes along, the farthest first, the files of avatars
-- and speech (private.hide_files), the jobs that name the user.
--   keeps_user  whether the auth user stays, as in a soft deletion: then everything that would go with it goes too, but
--               its identities, which say nothing more than that there were some
-- For definer functions only.
create or replace function private.delete_user_rows(user_id uuid, keeps_user boolean) returns void
language plpgsql set search_path = ''
as $$
declare
    v_ids uuid[] := private.ids_of_account(user_id);
    v_table private.personal_table;
begin
    -- In the order in which private.refresh_user_similarity holds them.
    perform
    from public.raters as r
    where r.profile_id in (select p.id from public.profiles as p where p.account_id = user_id)
    order by r.id
    for update;
    for v_table in
        select p.*
        from private.personal_tables() as p
        where
            p.on_erasure = 'delete'
            and (not p.goes_with_owner or keeps_user and p.depth = 1)
            and p.relation not in ('auth.users'::regclass, 'auth.identities'::regclass)
            and p.relation <> 'private.files_to_remove'::regclass
            and (p.schema_name, p.table_name) <> ('storage', 'objects')
            and has_table_privilege(p.relation, 'delete')
        order by p.depth desc
    loop
        execute format('delete from %s where %s', v_table.relation, v_table.owned) using user_id;
    end loop;
    perform private.hide_files(user_id);
    perform private.delete_jobs_naming(v_ids);
end
$$;
comment on function private.delete_user_rows(uuid, boolean) is 'Delete what a user left.';
revoke execute on function private.delete_user_rows(uuid, boolean) from public;

-- source: sql/private/identity/respond.sql
-- A refusal that keeps what the transaction wrote: the body of an error, its status set for the REST server, which
-- commits. To raise is the rule (private.refuse); this is for what must count, as wrong tries do.
create or replace function private.set_response_status(
    status integer, code text, message text, details jsonb default null, retry_after integer default null
)
returns jsonb
language plpgsql set search_path = ''
as $$
begin
    perform set_config('response.status', status::text, true);
    if retry_after is not null then
        perform set_config(
            'response.headers',
            (
                coalesce(nullif(current_setting('response.headers', true), ''), '[]')::jsonb
                || jsonb_build_array(jsonb_build_object('Retry-After', retry_after::text))
            )::text,
            true
        );
    end if;
    return jsonb_build_object('code', code, 'message', message, 'details', details::text, 'hint', null);
end
$$;
comment on function private.set_response_status(integer, text, text, jsonb, integer) is
'A refusal that keeps what the transaction wrote.';
revoke execute on function private.set_response_status(integer, text, text, jsonb, integer) from public;

-- source: sql/private/identity/return_files.sql
-- Give noted files their rows back, for the moment in which Storage is called to delete them: it deletes bytes by their
-- row alone. Returns up to `batch` of them. Call private.forget_deleted_files afterwards, whatever Storage answered. For
-- workers only.
create or replace function private.restore_hidden_files(batch integer default 100) returns table (bucket_id text, name text)
language plpgsql rows 100 set search_path = ''
as $$
declare
    v_files private.files_to_remove[] := array(
        select f from private.files_to_remove as f order by f.noted_at, f.bucket_id, f.name limit batch
    );
begin
    if v_files = '{}' then
        return;
    end if;
    execute
        'insert into storage.objects (bucket_id, name, version) '
        'select f.bucket_id, f.name, f.version from unnest($1) as f on conflict do nothing'
        using v_files;
    return query select f.bucket_id, f.name from unnest(v_files) as f order by f.bucket_id, f.name;
end
$$;
comment on function private.restore_hidden_files(integer) is 'Give noted files their rows back, to be deleted by Storage.';
revoke execute on function private.restore_hidden_files(integer) from public;

-- source: sql/private/identity/rows_of_account.sql
-- All rows that belong to an account, as {"table": [row, …]}; tables of other schemas than public with their schema.
-- For definer functions only.
create or replace function private.rows_of_account(account_id uuid) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_tables private.personal_table[] := array(select p from private.personal_tables() as p);
    v_table private.personal_table;
    v_rows jsonb;
    v_all jsonb := '{}';
begin
    foreach v_table in array v_tables loop
        continue when v_table.exported_columns = '{}' or not has_table_privilege(v_table.relation, 'select');
        execute format(
            'select coalesce(jsonb_agg(to_jsonb(t) - (%s)), ''[]'') from %s as t where %s',
            private.hidden_columns(v_table, v_tables), v_table.relation, v_table.owned
        ) into v_rows using account_id;
        v_all := v_all || jsonb_build_object(
            concat_ws('.', nullif(v_table.schema_name, 'public'), v_table.table_name), v_rows
        );
    end loop;
    return v_all;
end
$$;
comment on function private.rows_of_account(uuid) is 'All rows that belong to an account.';
revoke execute on function private.rows_of_account(uuid) from public;

-- source: sql/private/identity/session_fault.sql
-- What an access token still says and the database no longer does, for a signed-in caller: session_ended, also for a
-- user who was deleted softly; user_banned; account_suspended; role_revoked, when it is no admin any more;
-- profile_refused, when the header x-profile-id names no profile of the caller's. Null when nothing is wrong, and for
-- anon and the service. Every table is asked by its key, and only where there is something to ask. A token without a
-- session_id, which only the operator can sign, has no session to end. Never raises: policies ask it where no request
-- check is made, as in Storage.
-- Definer: it reads auth.sessions and auth.users, which are nobody's to read.
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
comment on function private.session_error() is 'What a token says and the database no longer does; null: nothing.';
revoke execute on function private.session_error() from public;
grant execute on function private.session_error() to anon, authenticated, service_role;

-- source: sql/private/identity/session_id.sql
-- The caller's session, by its access token; null for anon, the service, and a token without one. Never raises.
create or replace function private.session_id() returns uuid
language plpgsql stable set search_path = ''
as $$
begin
    return nullif(
        private.as_uuid(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'session_id'),
        '00000000-0000-0000-0000-000000000000'
    );
end
$$;
comment on function private.session_id() is 'The caller''s session; null if there is none.';
revoke execute on function private.session_id() from public;
grant execute on function private.session_id() to anon, authenticated, service_role;

-- source: sql/private/identity/settle_files.sql
-- After Storage was called: forget the notes of files whose rows it deleted, and take the rows of the others out of
-- reach again. Returns how many of them are left. For workers only.
--   bucket_ids, names  the files that Storage was called for, as private.restore_hidden_files returned them
create or replace function private.forget_deleted_files(bucket_ids text[], names text[]) returns bigint
language plpgsql set search_path = ''
as $$
begin
    execute
        'delete from private.files_to_remove as f using unnest($1, $2) as c (bucket_id, name) '
        'where f.bucket_id = c.bucket_id and f.name = c.name and not exists ('
        'select from storage.objects as o '
        'where o.bucket_id = f.bucket_id and o.name = f.name and o.version is not distinct from f.version)'
        using bucket_ids, names;
    perform set_config('storage.allow_delete_query', 'true', true);
    execute
        'delete from storage.objects as o using private.files_to_remove as f '
        'where f.bucket_id = o.bucket_id and f.name = o.name and f.version is not distinct from o.version';
    perform set_config('storage.allow_delete_query', '', true);
    return (
        select count(*)
        from private.files_to_remove as f
        join unnest(bucket_ids, names) as c (bucket_id, name) on c.bucket_id = f.bucket_id and c.name = f.name
    );
end
$$;
comment on function private.forget_deleted_files(text[], text[]) is 'Forget the notes of files that Storage has deleted.';
revoke execute on function private.forget_deleted_files(text[], text[]) from public;

-- source: sql/private/identity/start_kids_mode.sql
-- Bind the caller's session to a kids profile. Doing it again with the same one does nothing. Raises 42501 for another
-- user's profile and for a token without a session, 22023 for null and a profile that is no kids profile, PT409 where
-- the account has no PIN, 403 kids_mode for a session that is bound to another one.
-- Definer: clients do not write which sessions are in kids mode.
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
                using errcode = '42501', detail = '{"field": "profile_id"}', hint = 'Send one of your own profiles.';
        end if;
        raise exception 'profile_id names no kids profile'
            using errcode = '22023', detail = '{"field": "profile_id"}';
    end if;
    if not exists (select from private.account_pins as p where p.account_id = v_account) then
        raise exception 'kids mode takes a PIN to leave it'
            using errcode = 'PT409', hint = 'Set one by set_account_pin.';
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

-- source: sql/private/identity/store_pin.sql
-- Set the PIN of the caller's account. Where there is one already, the current one is compared first, unless the
-- session's own sign-in is of the last ten minutes (private.periods, pin_reset). Returns whether it is set, or the
-- refusal of private.verify_pin. Raises 42501 without an account, 403 kids_mode.
-- Definer: clients may not touch PINs.
create or replace function private.store_pin(pin text, current_pin text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    v_account uuid := private.check_account();
    v_salt bytea := uuid_send(gen_random_uuid());
    v_rounds constant integer := 20000;
    v_refusal jsonb;
begin
    if exists (select from private.account_pins as p where p.account_id = v_account) and not exists (
        select
        from auth.sessions as s
        where
            s.id = private.session_id() and s.user_id = v_account
            and s.created_at > now() - (select p.length from private.periods as p where p.name = 'pin_reset')
    ) then
        v_refusal := private.verify_pin(v_account, current_pin);
        if v_refusal is not null then
            return v_refusal;
        end if;
    end if;
    insert into private.account_pins as p (account_id, salt, digest, rounds)
    values (v_account, v_salt, private.hash_pin(pin, v_salt, v_rounds), v_rounds)
    on conflict on constraint account_pins_pkey do update set
        salt = excluded.salt, digest = excluded.digest, rounds = excluded.rounds, set_at = now(), failed_at = '{}';
    return '{"has_pin": true}';
end
$$;
comment on function private.store_pin(text, text) is 'Set the PIN of the caller''s account.';
revoke execute on function private.store_pin(text, text) from public;
grant execute on function private.store_pin(text, text) to authenticated;

-- source: sql/private/identity/try_pin.sql
-- Compare a PIN with the account's. Null if it is right. Else the refusal as a response body, whose status is set too:
-- 403 pin_wrong, or 429 pin_locked after 5 wrong tries within 15 minutes, also for the right one. It is returned and
-- not raised: an error would roll back the count of tries. Tries at the same time wait for each other, so that exactly
-- 5 are compared. Raises PT409 where the account has no PIN. For definer functions only.
create or replace function private.verify_pin(account_id uuid, pin text) returns jsonb
language plpgsql set search_path = ''
as $$
declare
    v_most constant integer := 5;
    v_window constant interval := '15 minutes';
    v_pin private.account_pins;
    v_failed timestamptz[];
    v_wait integer;
begin
    select p.* into v_pin from private.account_pins as p where p.account_id = try_pin.account_id for update;
    if not found then
        raise exception 'the account has no PIN' using errcode = 'PT409', hint = 'Set one by set_account_pin.';
    end if;
    v_failed := array(
        select f.at from unnest(v_pin.failed_at) as f (at) where f.at > clock_timestamp() - v_window order by f.at
    );
    if cardinality(v_failed) >= v_most then
        v_wait := greatest(1, ceil(extract(epoch from v_failed[1] + v_window - clock_timestamp())));
        return private.set_response_status(
            429, 'pin_locked', format('Too many wrong PINs: try again in %s s', v_wait),
            jsonb_build_object('retry_after', v_wait), v_wait
        );
    end if;
    if private.hash_pin(pin, v_pin.salt, v_pin.rounds) is not distinct from v_pin.digest then
        update private.account_pins as p set failed_at = '{}' where p.account_id = try_pin.account_id;
        return null;
    end if;
    update private.account_pins as p set failed_at = v_failed || clock_timestamp() where p.account_id = try_pin.account_id;
    return private.set_response_status(
        403, 'pin_wrong', 'The PIN is wrong.', jsonb_build_object('tries_left', v_most - cardinality(v_failed) - 1)
    );
end
$$;
comment on function private.verify_pin(uuid, text) is 'Compare a PIN with the account''s, counting wrong tries.';
revoke execute on function private.verify_pin(uuid, text) from public;

-- source: sql/private/identity/unlisted_tables.sql
-- Tables that lead to people and that private.data_inventory does not list, as a later version of Auth may have: an
-- operator writes a row for each. Until then they are exported by their plain columns, and erased. For checks only.
create or replace function private.unlisted_tables() returns setof text
language sql stable rows 1 set search_path = ''
as $$
    select p.relation::text
    from private.personal_tables() as p
    where not exists (
        select from private.data_inventory as i where i.schema_name = p.schema_name and i.table_name = p.table_name
    )
    order by p.relation::text
$$;
comment on function private.unlisted_tables() is 'Tables that lead to people and that the inventory does not list.';
revoke execute on function private.unlisted_tables() from public;

-- source: sql/private/identity/viewer_of_rater.sql
-- For whom a rater's list is made: its profile's age (a child's sees nothing above PG), whether it
-- sees what is unrated (a child does not), and languages, the country and
-- tier of the caller, else the country of the profile's account. No rater, or one without a profile:
-- nothing is hidden by age.
-- Languages: the preferred one, then up to four of what the rater liked, the most liked first. Fifty liked items tell,
-- the first by id, which is by chance: so a heavy rater costs no more than a light one.
-- For definer functions and workers only.
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
comment on function private.viewer_of_rater(uuid) is 'For whom a rater''s list is made.';
revoke execute on function private.viewer_of_rater(uuid) from public;

-- source: sql/private/recommend/hidden_items.sql
-- Policy predicate: the items that the acting profile rated or did something with and that its age hides now, for
-- example because it became a kids profile later. One list a query, so that its rows are read without a call for each.
-- Never raises.
-- Definer: the policies of ratings and interactions stand on it.
create or replace function private.hidden_items() returns uuid[]
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_rater uuid;
begin
    if not private.has_age_limit() then
        return '{}';
    end if;
    v_rater := private.current_rater_id();
    return array(
        select i.id
        from public.items as i
        where
            i.id in (
                select r.item_id from public.ratings as r where r.rater_id = v_rater
                union
                select e.item_id from public.interactions as e where e.rater_id = v_rater
            )
            and not private.allows_age(i.minimum_age)
    );
end
$$;
comment on function private.hidden_items() is 'Items that the acting profile rated and its age hides now.';
revoke execute on function private.hidden_items() from public;
grant execute on function private.hidden_items() to anon, authenticated, service_role;

-- source: sql/private/recommend/item_model.sql
-- The version of the item model that lists read; null where none is active.
-- Definer: models list items, and so exist for no caller with an age limit.
create or replace function private.active_item_model() returns bigint
language sql stable security definer set search_path = ''
as $$
    select m.id from public.recommendation_models as m where m.name = 'liked_together' and m.is_active
$$;
comment on function private.active_item_model() is 'The version of the item model that lists read.';
revoke execute on function private.active_item_model() from public;
grant execute on function private.active_item_model() to anon, authenticated, service_role;

-- source: sql/private/catalog/fits_age.sql
-- Is the item for the viewer's age? Its minimum age is not above the viewer's; one that is unrated, only where the
-- viewer sees what is unrated. A viewer without an age: everything is. Inlined.
create or replace function private.fits_age(item public.items, viewer private.viewer) returns boolean
language sql stable
return viewer.age is null or coalesce(item.minimum_age <= viewer.age, viewer.shows_unrated, false);
comment on function private.fits_age(public.items, private.viewer) is 'Is the item for the viewer''s age?';
revoke execute on function private.fits_age(public.items, private.viewer) from public;
grant execute on function private.fits_age(public.items, private.viewer) to anon, authenticated, service_role;

-- source: sql/private/catalog/is_available.sql
-- May this viewer see the item in a list? It is for the viewer's age (private.fits_age), and, where
-- item_availability says anything of it, a row holds now in the viewer's country. A viewer that is all null may.
-- The tier hides nothing here: lists show what premium would add, playback asks who may.
-- Inlined: where an item has no rows this costs two comparisons.
create or replace function private.is_available(item public.items, viewer private.viewer) returns boolean
language sql stable
return private.fits_age(item, viewer)
and (not item.is_restricted or viewer.tier is null or private.is_offered(item.id, viewer.country));
comment on function private.is_available(public.items, private.viewer) is 'May this viewer see the item in a list?';
revoke execute on function private.is_available(public.items, private.viewer) from public;
grant execute on function private.is_available(public.items, private.viewer) to anon, authenticated, service_role;

-- source: sql/access/account_pins.sql
-- PINs are read and written by functions alone.
alter table private.account_pins enable row level security;
revoke all on private.account_pins from anon, authenticated, service_role;

-- source: sql/access/books.sql
-- Books are everybody's to read, of items that exist for the caller.
alter table public.books enable row level security;
revoke all on public.books from anon, authenticated;
grant select on public.books to anon, authenticated;
grant all on public.books to service_role;

drop policy if exists books_select_everybody on public.books;
create policy books_select_everybody on public.books
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(id));
comment on policy books_select_everybody on public.books is
'Everybody reads it of items that exist for the acting profile.';

-- source: sql/access/catalog_items.sql
-- A view that runs as the caller: the tables' policies hold.
revoke all on public.catalog_items from anon, authenticated, service_role;
grant select on public.catalog_items to anon, authenticated, service_role;

-- source: sql/access/content.sql
-- Films, shows and sports are everybody's to read, of items that exist for the caller.
alter table public.content enable row level security;
revoke all on public.content from anon, authenticated;
grant select on public.content to anon, authenticated;
grant all on public.content to service_role;

drop policy if exists content_select_everybody on public.content;
create policy content_select_everybody on public.content
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(id));
comment on policy content_select_everybody on public.content is
'Everybody reads it of items that exist for the acting profile.';

-- source: sql/access/files_to_remove.sql
-- Which files are to be deleted is read and written by functions and workers alone.
alter table private.files_to_remove enable row level security;
revoke all on private.files_to_remove from anon, authenticated, service_role;

-- source: sql/access/interactions.sql
-- Interactions are the acting profile's to read; they are written by record_interactions.
alter table public.interactions enable row level security;
revoke all on public.interactions from anon, authenticated;
grant select on public.interactions to authenticated;
grant all on public.interactions to service_role;

drop policy if exists interactions_select_own on public.interactions;
create policy interactions_select_own on public.interactions
for select to authenticated
using (rater_id = (select private.current_rater_id()));
comment on policy interactions_select_own on public.interactions is 'The acting profile reads its own interactions.';

drop policy if exists interactions_all_existing on public.interactions;
create policy interactions_all_existing on public.interactions
as restrictive for all to authenticated
using (item_id <> all((select private.hidden_items())::uuid[]));
comment on policy interactions_all_existing on public.interactions is
'What the acting profile''s age hides exists for it in no table.';

-- source: sql/access/item_availability.sql
-- Where and when an item can be had is everybody's to read: lists run as the caller.
-- Of items that exist for the caller.
alter table public.item_availability enable row level security;
revoke all on public.item_availability from anon, authenticated;
grant select on public.item_availability to anon, authenticated;
grant all on public.item_availability to service_role;

drop policy if exists item_availability_select_everybody on public.item_availability;
create policy item_availability_select_everybody on public.item_availability
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(item_id));
comment on policy item_availability_select_everybody on public.item_availability is
'Everybody reads it of items that exist for the acting profile.';

-- source: sql/access/item_embeddings.sql
-- Vectors of public texts are everybody's to read: searches run as the caller, of items that exist for the caller.
alter table public.item_embeddings enable row level security;
revoke all on public.item_embeddings from anon, authenticated;
grant select on public.item_embeddings to anon, authenticated;
grant all on public.item_embeddings to service_role;

drop policy if exists item_embeddings_select_everybody on public.item_embeddings;
create policy item_embeddings_select_everybody on public.item_embeddings
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(item_id));
comment on policy item_embeddings_select_everybody on public.item_embeddings is
'Everybody reads it of items that exist for the acting profile.';

-- source: sql/access/item_genres.sql
-- Which item has which genres is everybody's to read, of items that exist for the caller.
alter table public.item_genres enable row level security;
revoke all on public.item_genres from anon, authenticated;
grant select on public.item_genres to anon, authenticated;
grant all on public.item_genres to service_role;

drop policy if exists item_genres_select_everybody on public.item_genres;
create policy item_genres_select_everybody on public.item_genres
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(item_id));
comment on policy item_genres_select_everybody on public.item_genres is
'Everybody reads it of items that exist for the acting profile.';

-- source: sql/access/item_tags.sql
-- The words people gave an item are everybody's to read, of items that exist for the caller.
alter table public.item_tags enable row level security;
revoke all on public.item_tags from anon, authenticated;
grant select on public.item_tags to anon, authenticated;
grant all on public.item_tags to service_role;

drop policy if exists item_tags_select_everybody on public.item_tags;
create policy item_tags_select_everybody on public.item_tags
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(item_id));
comment on policy item_tags_select_everybody on public.item_tags is
'Everybody reads it of items that exist for the acting profile.';

-- source: sql/access/items.sql
-- The catalogue's items, for everybody whose age they are for: the one rule that the other tables of the catalogue
-- refer to.
alter table public.items enable row level security;
revoke all on public.items from anon, authenticated;
grant select on public.items to anon, authenticated;
grant all on public.items to service_role;

drop policy if exists items_select_everybody on public.items;
create policy items_select_everybody on public.items
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.allows_age(minimum_age));
comment on policy items_select_everybody on public.items is
'Everybody reads the items that are for the acting profile''s age.';

-- source: sql/access/kids_sessions.sql
-- Which sessions are in kids mode is read and written by functions alone.
alter table private.kids_sessions enable row level security;
revoke all on private.kids_sessions from anon, authenticated, service_role;

-- source: sql/access/movies.sql
-- A view that runs as the caller: the tables' policies hold.
revoke all on public.movies from anon, authenticated, service_role;
grant select on public.movies to anon, authenticated, service_role;

-- source: sql/access/profiles.sql
-- Profiles are their account's: read, made, deleted, and changed in what the owner decides.
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
comment on policy profiles_select_own on public.profiles is 'One reads one''s own profiles.';

drop policy if exists profiles_update_own on public.profiles;
create policy profiles_update_own on public.profiles
for update to authenticated
using (account_id = (select auth.uid()))
with check (account_id = (select auth.uid()));
comment on policy profiles_update_own on public.profiles is 'One changes one''s own profiles.';

drop policy if exists profiles_insert_own on public.profiles;
create policy profiles_insert_own on public.profiles
for insert to authenticated
with check (account_id = (select auth.uid()));
comment on policy profiles_insert_own on public.profiles is 'One makes profiles of one''s own account.';

drop policy if exists profiles_delete_own on public.profiles;
create policy profiles_delete_own on public.profiles
for delete to authenticated
using (account_id = (select auth.uid()));
comment on policy profiles_delete_own on public.profiles is 'One deletes one''s own profiles.';

-- source: sql/access/ratings.sql
-- Ratings are the acting profile's: listed, given, changed and deleted by it alone.
alter table public.ratings enable row level security;
revoke all on public.ratings from anon, authenticated;
grant select, delete on public.ratings to authenticated;
grant insert (rater_id, item_id, rating), update (rater_id, item_id, rating) on public.ratings to authenticated;
grant all on public.ratings to service_role;

drop policy if exists ratings_select_own on public.ratings;
create policy ratings_select_own on public.ratings
for select to authenticated
using (rater_id = (select private.current_rater_id()));
comment on policy ratings_select_own on public.ratings is 'The acting profile reads its own ratings.';

drop policy if exists ratings_insert_own on public.ratings;
create policy ratings_insert_own on public.ratings
for insert to authenticated
with check (rater_id = (select private.current_rater_id()));
comment on policy ratings_insert_own on public.ratings is 'The acting profile gives its own ratings.';

drop policy if exists ratings_update_own on public.ratings;
create policy ratings_update_own on public.ratings
for update to authenticated
using (rater_id = (select private.current_rater_id()))
with check (rater_id = (select private.current_rater_id()));
comment on policy ratings_update_own on public.ratings is 'The acting profile changes its own ratings.';

drop policy if exists ratings_delete_own on public.ratings;
create policy ratings_delete_own on public.ratings
for delete to authenticated
using (rater_id = (select private.current_rater_id()));
comment on policy ratings_delete_own on public.ratings is 'The acting profile deletes its own ratings.';

drop policy if exists ratings_all_existing on public.ratings;
create policy ratings_all_existing on public.ratings
as restrictive for all to authenticated
using (item_id <> all((select private.hidden_items())::uuid[]));
comment on policy ratings_all_existing on public.ratings is
'What the acting profile''s age hides exists for it in no table.';

-- source: sql/access/recommendation_models.sql
-- Models name nobody and are everybody's to read who has no age limit: they list items of any rating.
alter table public.recommendation_models enable row level security;
revoke all on public.recommendation_models from anon, authenticated;
grant select on public.recommendation_models to anon, authenticated;
grant all on public.recommendation_models to service_role;

drop policy if exists recommendation_models_select_everybody on public.recommendation_models;
create policy recommendation_models_select_everybody on public.recommendation_models
for select to anon, authenticated
using (not (select private.has_age_limit()));
comment on policy recommendation_models_select_everybody on public.recommendation_models is
'Everybody without an age limit reads models, which list items.';

-- source: sql/rpc/identity/cancel_account_deletion.sql
-- Take back the deletion of one's account.
-- Returns whether there was one to take back: false where none was asked for, or its day has come.
-- Raises 42501 without an account, kids_mode while a kids profile acts.
-- Roles: authenticated.
-- Example: rpc/cancel_account_deletion {}
create or replace function public.cancel_account_deletion() returns boolean
language plpgsql set search_path = ''
as $$
begin
    return private.cancel_deletion();
end
$$;
comment on function public.cancel_account_deletion() is 'Take back the deletion of one''s account.';
revoke execute on function public.cancel_account_deletion() from public, service_role;
grant execute on function public.cancel_account_deletion() to authenticated;

-- source: sql/rpc/identity/delete_my_account.sql
-- Ask for the deletion of one's account. It is erased after a time of grace, 30 days unless configured otherwise; until
-- then its owner may sign in as before and take it back (cancel_account_deletion). Asking again changes nothing.
-- What goes and what stays: docs/security-guide.md.
-- Returns when the account will be erased.
-- Raises 42501 without an account, kids_mode while a kids profile acts.
-- Roles: authenticated.
-- Example: rpc/delete_my_account {}
create or replace function public.delete_my_account() returns timestamptz
language plpgsql set search_path = ''
as $$
begin
    return private.request_deletion();
end
$$;
comment on function public.delete_my_account() is 'Ask for the deletion of one''s account.';
revoke execute on function public.delete_my_account() from public, service_role;
grant execute on function public.delete_my_account() to authenticated;

-- source: sql/rpc/identity/enter_kids_mode.sql
-- Put the caller's session into kids mode: from now on all its requests act as one kids profile, whatever x-profile-id
-- says, also after a refresh, until leave_kids_mode is called with the PIN of the account. Doing it again with the same
-- profile does nothing. Other sessions of the account, and a new sign-in, are not in kids mode.
--   profile_id  one of one's own profiles, a kids profile
-- Returns nothing.
-- Raises 22023 for a profile that is no kids profile, 42501 for another user's and for a token without a session, PT409
-- before set_account_pin, kids_mode for a session in kids mode with another profile.
-- Roles: authenticated.
-- Example: rpc/enter_kids_mode {"profile_id": "5d3c…"}
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
comment on function public.enter_kids_mode(uuid) is 'Put the caller''s session into kids mode.';
revoke execute on function public.enter_kids_mode(uuid) from public, service_role;
grant execute on function public.enter_kids_mode(uuid) to authenticated;

-- source: sql/rpc/identity/get_account.sql
-- An account with its profiles, roles and tier, for an admin. That it was read goes into the audit log.
--   user_id  the account's user
-- Returns an object: account (its row), profiles (their rows, the oldest first), roles, tier.
-- Raises 42501 for a caller who is no admin, 22023 without user_id, PT404 for an unknown user,
-- kids_mode while a kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/get_account {"user_id": "5d3c…"}
create or replace function public.get_account(user_id uuid default null) returns jsonb
language sql set search_path = ''
as $$
    select private.read_account(user_id)
$$;
comment on function public.get_account(uuid) is 'An account with its profiles, roles and tier, for an admin.';
revoke execute on function public.get_account(uuid) from public;
grant execute on function public.get_account(uuid) to authenticated, service_role;

-- source: sql/rpc/identity/get_entitlements.sql
-- What the caller's account may use: its tier by the subscription as it is now, and that tier's limits.
-- Returns tier (free or premium), expires_at (null for free), limits (an object: profiles, streams, devices, downloads,
-- download_days, ai_questions_per_day; what is not in it is not limited).
-- Raises nothing.
-- Roles: authenticated.
-- Example: rpc/get_entitlements {}
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
comment on function public.get_entitlements() is 'What the caller''s account may use.';
revoke execute on function public.get_entitlements() from public, service_role;
grant execute on function public.get_entitlements() to authenticated;

-- source: sql/rpc/identity/get_kids_mode.sql
-- Is the caller's session in kids mode? What an app asks when it starts.
-- Returns an object: kids_mode (whether it is), profile_id (with which profile, else null), has_pin (whether the
-- account has a PIN).
-- Raises nothing.
-- Roles: authenticated.
-- Example: rpc/get_kids_mode {}
create or replace function public.get_kids_mode() returns jsonb
language sql stable set search_path = ''
as $$
    select private.read_kids_mode()
$$;
comment on function public.get_kids_mode() is 'Is the caller''s session in kids mode?';
revoke execute on function public.get_kids_mode() from public, service_role;
grant execute on function public.get_kids_mode() to authenticated;

-- source: sql/rpc/identity/get_user_roles.sql
-- Which roles a user has now, for an admin. One's own are in one's access token, app_metadata.roles.
--   user_id  the user
-- Returns the roles in alphabetical order.
-- Raises 42501 for a caller who is no admin, 22023 without user_id, PT404 for an unknown user,
-- kids_mode while a kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/get_user_roles {"user_id": "5d3c…"}
create or replace function public.get_user_roles(user_id uuid default null) returns text[]
language sql stable set search_path = ''
as $$
    select private.read_roles(user_id)
$$;
comment on function public.get_user_roles(uuid) is 'Which roles a user has now, for an admin.';
revoke execute on function public.get_user_roles(uuid) from public;
grant execute on function public.get_user_roles(uuid) to authenticated, service_role;

-- source: sql/rpc/identity/grant_role.sql
-- Give a user a role, for an admin. Giving it again does nothing. It takes effect with the user's next access token, at
-- the latest when the present one expires.
--   user_id  the user
--   role     student, tutor, editor, reviewer or admin
-- Returns the user's roles since, in alphabetical order.
-- Raises 42501 for a caller who is no admin, 22023 for a parameter missing or another role, PT404 for an unknown user,
-- kids_mode while a kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/grant_role {"user_id": "5d3c…", "role": "editor"}
create or replace function public.grant_role(user_id uuid default null, role text default null) returns text[]
language sql set search_path = ''
as $$
    select private.change_role(user_id, role, true)
$$;
comment on function public.grant_role(uuid, text) is 'Give a user a role, for an admin.';
revoke execute on function public.grant_role(uuid, text) from public;
grant execute on function public.grant_role(uuid, text) to authenticated, service_role;

-- source: sql/rpc/identity/leave_kids_mode.sql
-- End kids mode of the caller's session. After 5 wrong PINs within 15 minutes none is compared, the right one neither.
--   pin  the PIN of the account; not looked at where the session is not in kids mode
-- Returns {"kids_mode": false}.
-- Raises pin_wrong (details.tries_left), pin_locked (details.retry_after, in seconds, and Retry-After); PT409 where the
-- account has no PIN.
-- Roles: authenticated.
-- Example: rpc/leave_kids_mode {"pin": "4711"}
create or replace function public.leave_kids_mode(pin text default null) returns jsonb
language plpgsql set search_path = ''
as $$
begin
    return private.end_kids_mode(pin);
end
$$;
comment on function public.leave_kids_mode(text) is 'End kids mode of the caller''s session.';
revoke execute on function public.leave_kids_mode(text) from public, service_role;
grant execute on function public.leave_kids_mode(text) to authenticated;

-- source: sql/rpc/identity/record_consent.sql
-- Record that the caller gave, refused or took back a consent. The latest of a purpose counts.
--   purpose  what for: one of consent_purposes
--   granted  whether it is given
--   version  the version of the text that was shown, up to 50 characters
-- Returns the row of consents.
-- Raises 22023 for a parameter missing, too long or an unknown purpose, 42501 without an account, kids_mode while a
-- kids profile acts.
-- Roles: authenticated.
-- Example: rpc/record_consent {"purpose": "marketing", "granted": true, "version": "2026-11"}
create or replace function public.record_consent(
    purpose text default null, granted boolean default null, version text default null
)
returns public.consents
language plpgsql set search_path = ''
as $$
declare
    v_consent public.consents;
begin
    perform private.check_account();
    perform private.check_consent(purpose, granted, version);
    insert into public.consents (purpose, document_version, is_granted)
    values (purpose, btrim(version), granted)
    returning * into v_consent;
    return v_consent;
end
$$;
comment on function public.record_consent(text, boolean, text) is 'Record that the caller gave or took back a consent.';
revoke execute on function public.record_consent(text, boolean, text) from public, service_role;
grant execute on function public.record_consent(text, boolean, text) to authenticated;

-- source: sql/rpc/identity/restore_account.sql
-- Restore a suspended account, for an admin: its user can sign in again. One that is not suspended is left as it is.
--   user_id  the account's user
-- Returns nothing.
-- Raises 42501 for a caller who is no admin, 22023 without user_id, PT404 for an unknown user,
-- kids_mode while a kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/restore_account {"user_id": "5d3c…"}
create or replace function public.restore_account(user_id uuid default null) returns void
language sql set search_path = ''
as $$
    select private.change_status(user_id, 'active', null)
$$;
comment on function public.restore_account(uuid) is 'Restore a suspended account, for an admin.';
revoke execute on function public.restore_account(uuid) from public;
grant execute on function public.restore_account(uuid) to authenticated, service_role;

-- source: sql/rpc/identity/revoke_role.sql
-- Take a role from a user, for an admin. Taking it again does nothing. That of an admin is gone at once: requests with
-- a token that still has it are refused until it is refreshed; others go with the next access token.
--   user_id  the user
--   role     student, tutor, editor, reviewer or admin
-- Returns the user's roles since, in alphabetical order.
-- Raises 42501 for a caller who is no admin, 22023 for a parameter missing or another role, PT404 for an unknown user;
-- PT409 for the last admin who is active, unless the service asks; kids_mode while a kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/revoke_role {"user_id": "5d3c…", "role": "editor"}
create or replace function public.revoke_role(user_id uuid default null, role text default null) returns text[]
language sql set search_path = ''
as $$
    select private.guard_last_admin(user_id) where role = 'admin';
    select private.change_role(user_id, role, false)
$$;
comment on function public.revoke_role(uuid, text) is 'Take a role from a user, for an admin.';
revoke execute on function public.revoke_role(uuid, text) from public;
grant execute on function public.revoke_role(uuid, text) to authenticated, service_role;

-- source: sql/rpc/identity/set_account_pin.sql
-- Set the PIN of the caller's account, which leave_kids_mode takes. One that is set is replaced by a session that
-- signed in within the last 10 minutes, or with the current one.
--   pin          4 to 12 digits
--   current_pin  the present PIN; not looked at after a sign-in of the last 10 minutes, nor where none is set
-- Returns {"has_pin": true}.
-- Raises 22023 for a PIN of another form, 42501 without an account, kids_mode while a kids profile acts; pin_wrong
-- (details.tries_left) and pin_locked (details.retry_after) as leave_kids_mode does; PT409 where the PIN is deleted
-- meanwhile.
-- Roles: authenticated.
-- Example: rpc/set_account_pin {"pin": "4711"}
create or replace function public.set_account_pin(pin text default null, current_pin text default null) returns jsonb
language plpgsql set search_path = ''
as $$
begin
    if pin ~ '^[0-9]{4,12}$' then
        return private.store_pin(pin, current_pin);
    end if;
    raise exception 'pin must be 4 to 12 digits' using errcode = '22023', detail = '{"field": "pin", "min": 4, "max": 12}';
end
$$;
comment on function public.set_account_pin(text, text) is 'Set the PIN of the caller''s account.';
revoke execute on function public.set_account_pin(text, text) from public, service_role;
grant execute on function public.set_account_pin(text, text) to authenticated;

-- source: sql/rpc/identity/set_default_profile.sql
-- Choose the profile that acts where a client names none.
--   profile_id  one of one's own profiles. The service may name any
-- Returns nothing.
-- Raises 22023 without profile_id, 42501 for another user's profile, PT404 to the service for one that is not there,
-- kids_mode while a kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/set_default_profile {"profile_id": "5d3c…"}
create or replace function public.set_default_profile(profile_id uuid default null) returns void
language sql set search_path = ''
as $$
    select private.make_default_profile(profile_id)
$$;
comment on function public.set_default_profile(uuid) is 'Choose the profile that acts where a client names none.';
revoke execute on function public.set_default_profile(uuid) from public;
grant execute on function public.set_default_profile(uuid) to authenticated, service_role;

-- source: sql/rpc/identity/suspend_account.sql
-- Suspend an account, for an admin: its sessions end, its requests are refused at once, it gets no token until it is
-- restored. Doing it again does nothing.
--   user_id  the account's user
--   reason   why, up to 500 characters; its owner may read it
-- Returns nothing.
-- Raises 42501 for a caller who is no admin, 22023 without user_id or for a longer reason, PT404 for an unknown user;
-- PT409 for the last admin who is active, unless the service asks; kids_mode while a kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/suspend_account {"user_id": "5d3c…", "reason": "Shares its password"}
create or replace function public.suspend_account(user_id uuid default null, reason text default null) returns void
language sql set search_path = ''
as $$
    select private.guard_last_admin(user_id);
    select private.change_status(user_id, 'suspended', reason)
$$;
comment on function public.suspend_account(uuid, text) is 'Suspend an account, for an admin.';
revoke execute on function public.suspend_account(uuid, text) from public;
grant execute on function public.suspend_account(uuid, text) to authenticated, service_role;

-- source: sql/rpc/recommend/get_recommendations.sql
-- What to watch or read next: a blend of what a model found to be liked together with what the profile rated, what
-- people with its taste liked, what is like the items it liked, what trends in its languages and what is popular, by
-- the weights in recommendation_weights; never what it rated, disliked, dismissed or finished, nor what it may not see.
--   count       how many at most, 1 to 200, default 20
--   kind        movie, tv_show, sports or book; none: all of them
--   diversity   0 to 1, default 0.3: 0 lists the best first, 1 what is least alike among the best 60 or more
--   profile_id  one of one's own profiles; none: the default one. The service may name any
-- Returns id, kind, title, overview, year, language, image, score (the best of all has 1), reason_code
-- (liked_together, taste, liked, popular_in_language, popular_in_country, popular), reason (a sentence), because_of
-- (the item it names); in the order to show.
-- Raises 22023 for a parameter out of range, 42501 for another user's profile, PT404 to the service for one that is
-- not there; named in detail.field. kids_mode for another profile than the acting one while a kids profile acts.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_recommendations {"count": 10, "kind": "movie"}
create or replace function public.get_recommendations(
    count integer default 20, kind text default null, diversity real default 0.3, profile_id uuid default null
)
returns setof public.recommended_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_recommendations.count, 20);
    v_diversity real := coalesce(get_recommendations.diversity, 0.3);
begin
    perform private.check_range('count', v_count, 1, 200);
    perform private.check_range('diversity', v_diversity, 0, 1);
    perform private.check_kind(get_recommendations.kind);
    -- Asked before the query: a plan that needs no list would not call what refuses.
    perform private.rater_of_profile(get_recommendations.profile_id);
    return query
    select
        c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, r.score, r.reason_code,
        case r.reason_code
            when 'taste' then 'People with your taste liked it'
            when 'popular_in_language' then 'Popular in ' || coalesce(private.language_name(r.language), 'your language')
            when 'popular_in_country' then 'Popular in your country'
            when 'popular' then 'Popular with everyone'
            else coalesce('Because you liked ' || b.title, 'Because of what you rated')
        end,
        r.because_of
    from private.recommend(
        get_recommendations.profile_id, get_recommendations.kind, v_count, v_diversity
    ) as r
    join public.catalog_items as c on c.id = r.item_id
    left join public.catalog_items as b on b.id = r.because_of
    order by r.place;
end
$$;
comment on function public.get_recommendations(integer, text, real, uuid) is 'What to watch or read next, and why.';
revoke execute on function public.get_recommendations(integer, text, real, uuid) from public;
grant execute on function public.get_recommendations(integer, text, real, uuid) to anon, authenticated, service_role;
