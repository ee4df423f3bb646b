-- Who is who: an account per auth user, its profiles, and the pseudonyms under which ratings are given.

set lock_timeout = '10s';

create table public.accounts (
    id uuid primary key references auth.users (id) on delete cascade,
    email text,
    display_name text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint accounts_display_name_length check (length(display_name) <= 100)
);
comment on table public.accounts is 'One row per auth user, made at sign-up.';
comment on column public.accounts.id is 'The auth user''s id.';
comment on column public.accounts.email is 'The address, mirrored from the auth user; null for anonymous ones.';
comment on column public.accounts.display_name is 'The name shown to others.';
comment on column public.accounts.created_at is 'When the account was made.';
comment on column public.accounts.updated_at is 'When the row last changed.';

create table public.profiles (
    id uuid primary key default gen_random_uuid(),
    account_id uuid not null references public.accounts (id) on delete cascade,
    name text not null,
    is_default boolean not null default false,
    maturity_rating text not null default 'PG-13',
    language_preference text not null default 'en',
    preferences jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint profiles_name_length check (length(btrim(name)) between 1 and 100),
    constraint profiles_maturity_known check (maturity_rating in ('G', 'PG', 'PG-13', 'R', 'NC-17')),
    constraint profiles_language_code check (language_preference ~ '^[a-z]{2,3}$'),
    constraint profiles_preferences_object check (jsonb_typeof(preferences) = 'object')
);
create index profiles_account on public.profiles (account_id);
create unique index profiles_one_default on public.profiles (account_id) where is_default;
comment on table public.profiles is 'Who watches: taste and watching belong to a profile, not to the account.';
comment on column public.profiles.id is 'The profile''s id.';
comment on column public.profiles.account_id is 'Whose profile it is.';
comment on column public.profiles.name is 'What the profile is called, up to 100 characters.';
comment on column public.profiles.is_default is 'The one that acts when a client names none.';
comment on column public.profiles.maturity_rating is 'The highest rating this profile may watch.';
comment on column public.profiles.language_preference is 'ISO 639 code of the language titles are shown in.';
comment on column public.profiles.preferences is 'Settings of the client for this profile.';
comment on column public.profiles.created_at is 'When the profile was made.';
comment on column public.profiles.updated_at is 'When the row last changed.';

create table public.raters (
    id uuid primary key default gen_random_uuid(),
    profile_id uuid unique references public.profiles (id) on delete set null,
    rating_count integer not null default 0,
    rating_sum double precision not null default 0,
    ratings_version bigint not null default 0,
    similarities_version bigint not null default -1,
    constraint raters_count_not_negative check (rating_count >= 0)
);
comment on table public.raters is
'The pseudonym under which a profile rates. It outlives the profile, so that ratings still count, unnamed.';
comment on column public.raters.id is 'The pseudonym.';
comment on column public.raters.profile_id is
'Whose pseudonym it is; null when the profile is gone, or never was (imported ratings).';
comment on column public.raters.rating_count is 'How many ratings the rater has given; kept by a trigger.';
comment on column public.raters.rating_sum is 'Their sum; kept by the same trigger.';
comment on column public.raters.ratings_version is 'Counts the changes of this rater''s ratings.';
comment on column public.raters.similarities_version is
'The ratings_version that the stored similarities were computed from.';

create table private.user_roles (
    user_id uuid not null references auth.users (id) on delete cascade,
    role text not null,
    granted_at timestamptz not null default now(),
    primary key (user_id, role),
    constraint user_roles_known check (role in ('student', 'tutor', 'editor', 'reviewer', 'admin'))
);
alter table private.user_roles enable row level security;
comment on table private.user_roles is 'Which user has which roles; the access token hook puts them into the JWT.';
comment on column private.user_roles.user_id is 'The user.';
comment on column private.user_roles.role is 'student, tutor, editor, reviewer or admin.';
comment on column private.user_roles.granted_at is 'Since when.';
