-- Accounts with a name, a place and a state, profiles for everybody in the house, what a tier allows, the audit log.

set lock_timeout = '10s';

create extension if not exists citext with schema extensions;

alter table public.accounts add column username extensions.citext
constraint accounts_username_form check (username::text ~ '^[A-Za-z0-9_]{3,30}$');
-- A table with a row for each user: the index is made in a moment.
-- squawk-ignore require-concurrent-index-creation
create unique index accounts_username on public.accounts (username);
comment on column public.accounts.username is
'The name others find one by, unique whatever its capitals: 3 to 30 letters, digits and _; null until chosen.';

alter table public.accounts add column locale text not null default 'en'
constraint accounts_locale_form check (length(locale) <= 35 and locale ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$');
comment on column public.accounts.locale is 'BCP 47 tag of the language and region dates and texts are written in.';

alter table public.accounts add column time_zone text not null default 'UTC';
comment on column public.accounts.time_zone is 'IANA name of the zone its days begin in; a trigger checks it.';

alter table public.accounts add column status text not null default 'active'
constraint accounts_status_known check (status in ('active', 'suspended', 'deleting'));
comment on column public.accounts.status is
'active; suspended by an admin: no request is answered; deleting: its owner asked for it, and can still use it.';

alter table public.accounts add column status_reason text
constraint accounts_status_reason_length check (length(status_reason) <= 500);
comment on column public.accounts.status_reason is 'Why it is suspended, as the admin put it; its owner may read it.';

alter table public.profiles alter column account_id set default auth.uid();

alter table public.profiles add column avatar_path text
constraint profiles_avatar_path_form check (length(avatar_path) <= 300 and avatar_path ~ '^[^/]+(/[^/]+)*$');
comment on column public.profiles.avatar_path is 'Its picture: a path in the bucket avatars; null for none.';

alter table public.profiles add column learning_languages text[] not null default '{}'
constraint profiles_learning_languages_codes check (
    cardinality(learning_languages) <= 20
    and coalesce(array_ndims(learning_languages), 1) = 1
    and (
        learning_languages = '{}'
        or array_to_string(learning_languages, ',', '?')
        ~ format('^[a-z]{2,3}(,[a-z]{2,3}){%s}$', cardinality(learning_languages) - 1)
    )
);
comment on column public.profiles.learning_languages is 'ISO 639 codes of the languages it learns, up to 20.';

alter table public.profiles add column is_kids boolean not null default false;
comment on column public.profiles.is_kids is 'A child''s: it sees nothing above PG, whatever maturity_rating says.';

create table public.tiers (
    name text primary key,
    rank smallint not null,
    description text not null,
    constraint tiers_rank_once unique (rank)
);
comment on table public.tiers is 'What can be subscribed to; free is what one has without a subscription.';
comment on column public.tiers.name is 'free or premium.';
comment on column public.tiers.rank is 'A tier may do what those of a lower rank may.';
comment on column public.tiers.description is 'What it is, in a sentence.';
insert into public.tiers (name, rank, description) values
('free', 0, 'Without a subscription: with ads.'),
('premium', 1, 'By subscription.');

create table public.tier_limits (
    tier text not null references public.tiers (name),
    name text not null,
    value integer not null,
    description text not null,
    primary key (tier, name),
    constraint tier_limits_value_not_negative check (value >= 0),
    constraint tier_limits_name_form check (name ~ '^[a-z][a-z_]*$')
);
comment on table public.tier_limits is 'How much a tier allows of what is limited; what has no row is not limited.';
comment on column public.tier_limits.tier is 'The tier.';
comment on column public.tier_limits.name is 'What is limited.';
comment on column public.tier_limits.value is 'How much of it is allowed.';
comment on column public.tier_limits.description is 'What is counted, in what unit.';
insert into public.tier_limits (tier, name, value, description) values
('free', 'profiles', 5, 'Profiles of an account.'),
('free', 'streams', 1, 'Playback sessions at the same time.'),
('free', 'downloads', 0, 'Titles kept offline at the same time.'),
('free', 'ai_questions_per_day', 10, 'Questions to the AI tutor in a day.'),
('premium', 'profiles', 5, 'Profiles of an account.'),
('premium', 'streams', 4, 'Playback sessions at the same time.'),
('premium', 'devices', 10, 'Devices of an account.'),
('premium', 'downloads', 25, 'Titles kept offline at the same time.'),
('premium', 'download_days', 30, 'Days until a download expires.'),
('premium', 'ai_questions_per_day', 100, 'Questions to the AI tutor in a day.');

create table public.subscriptions (
    account_id uuid primary key references public.accounts (id) on delete cascade,
    tier text not null references public.tiers (name),
    status text not null,
    current_period_end timestamptz not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint subscriptions_tier_paid check (tier <> 'free'),
    constraint subscriptions_status_known
    check (status in ('trial', 'active', 'past_due', 'paused', 'expired', 'cancelled'))
);
create index subscriptions_tier on public.subscriptions (tier);
comment on table public.subscriptions is
'What an account pays for; one without a row, or past current_period_end, is free. Written by the service alone.';
comment on column public.subscriptions.account_id is 'Whose it is.';
comment on column public.subscriptions.tier is 'The tier it pays for.';
comment on column public.subscriptions.status is
'trial, active, past_due, cancelled: good until current_period_end; paused, expired: not.';
comment on column public.subscriptions.current_period_end is 'Until when it gives its tier, grace included.';
comment on column public.subscriptions.created_at is 'When it was first made.';
comment on column public.subscriptions.updated_at is 'When the row last changed.';

create type public.entitlements as (tier text, expires_at timestamptz, limits jsonb);
comment on type public.entitlements is 'What an account may use: its tier, until when, how much of what is limited.';

create table private.audit_log (
    id bigint generated always as identity,
    month date not null default (date_trunc('month', now() at time zone 'UTC'))::date,
    occurred_at timestamptz not null default now(),
    actor_id uuid,
    actor_role text not null,
    action text not null,
    subject_type text not null,
    subject_id text,
    before jsonb,
    after jsonb,
    address text,
    request_id text,
    primary key (id, month),
    constraint audit_log_month_of_event check (month = date_trunc('month', occurred_at at time zone 'UTC')::date),
    constraint audit_log_action_form check (action ~ '^[a-z_]+\.[a-z_]+$')
) partition by range (month);
create index audit_log_subject on private.audit_log (subject_id, id);
create index audit_log_actor on private.audit_log (actor_id, id);
alter table private.audit_log enable row level security;
revoke all on private.audit_log from anon, authenticated, service_role;
comment on table private.audit_log is
'Who did what that others may have to answer for, append-only, a table a month. Ids only: no addresses of people, no '
'texts of theirs. Written by private.audit, read by get_audit_log.';
comment on column private.audit_log.id is 'The entry''s number: later ones are higher.';
comment on column private.audit_log.month is 'The first day of its month, UTC: the partition.';
comment on column private.audit_log.occurred_at is 'When it happened.';
comment on column private.audit_log.actor_id is 'The user who did it; null: the service, or a person in the database.';
comment on column private.audit_log.actor_role is 'As whom: authenticated, service_role, or the role in the database.';
comment on column private.audit_log.action is 'What was done: subject.verb, as role.granted.';
comment on column private.audit_log.subject_type is 'To what: account, user, …';
comment on column private.audit_log.subject_id is 'Which one.';
comment on column private.audit_log.before is 'What of it changed, as it was.';
comment on column private.audit_log.after is 'And as it is since.';
comment on column private.audit_log.address is 'The network address the request came from; null where there was none.';
comment on column private.audit_log.request_id is 'The request''s x-request-id, which finds it in the logs.';
create table private.audit_log_default partition of private.audit_log default;
comment on table private.audit_log_default is 'Entries of a month that has no table yet.';

create type public.audit_entry as (
    id bigint,
    occurred_at timestamptz,
    actor_id uuid,
    actor_role text,
    action text,
    subject_type text,
    subject_id text,
    before jsonb,
    after jsonb,
    address text,
    request_id text
);
comment on type public.audit_entry is 'An entry of the audit log.';
