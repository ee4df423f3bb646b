-- What is kept of people, why and how long; what they consented to; accounts that are to be erased.

set lock_timeout = '10s';

create table private.data_inventory (
    schema_name text not null,
    table_name text not null,
    holds text not null,
    is_personal boolean not null,
    purpose text,
    owner_columns text[],
    owner_ids text,
    exported_columns text[],
    retention interval,
    retention_column text,
    on_erasure text not null,
    primary key (schema_name, table_name),
    constraint data_inventory_erasure_known check (on_erasure in ('delete', 'keep_pseudonymous', 'none')),
    constraint data_inventory_personal_is_erased check (is_personal = (on_erasure <> 'none')),
    constraint data_inventory_personal_has_purpose check (is_personal = (purpose is not null)),
    constraint data_inventory_retention_has_column check ((retention is null) = (retention_column is null)),
    constraint data_inventory_retention_positive check (retention > interval '0')
);
alter table private.data_inventory enable row level security;
comment on table private.data_inventory is
'What each table holds and of whom, why and how long: the record of processing activities (GDPR, article 30). '
'Exports, erasure and retention go by it; the migration that makes a table adds its row.';
comment on column private.data_inventory.schema_name is 'The table''s schema.';
comment on column private.data_inventory.table_name is
'The table; one that a part of the platform brings may not be there yet.';
comment on column private.data_inventory.holds is 'What its rows are, in a sentence.';
comment on column private.data_inventory.is_personal is 'Whether rows belong to a person.';
comment on column private.data_inventory.purpose is 'Why they may be kept; null where nothing is personal.';
comment on column private.data_inventory.owner_columns is
'The columns of the foreign key that leads to whose row it is. Null: the only one that leads to a person, or the '
'shortest way. Empty: none does, those there are tell who did something.';
comment on column private.data_inventory.owner_ids is
'Where no foreign key leads to a person: an SQL expression over a row, whose value is a text[] of users'' ids.';
comment on column private.data_inventory.exported_columns is
'The columns that an export shows. Null: all, but those that name other people. Empty: it leaves the table out.';
comment on column private.data_inventory.retention is
'How long a row is kept; null: as long as what it belongs to. Tables by month are dropped a month at a time.';
comment on column private.data_inventory.retention_column is 'From when that counts.';
comment on column private.data_inventory.on_erasure is
'What happens when the person''s account goes: delete, keep_pseudonymous or none (nothing is personal).';

create table private.periods (
    name text primary key,
    length interval not null,
    meaning text not null,
    constraint periods_length_positive check (length > interval '0')
);
alter table private.periods enable row level security;
comment on table private.periods is 'How long something takes by our rules; may be changed by hand.';
comment on column private.periods.name is 'What functions ask for.';
comment on column private.periods.length is 'How long.';
comment on column private.periods.meaning is 'What it is for.';
insert into private.periods (name, length, meaning) values
('deletion_grace', interval '30 days', 'From asking for the deletion of an account until it is erased.');

create table public.account_deletions (
    account_id uuid primary key references public.accounts (id) on delete cascade,
    requested_at timestamptz not null default now(),
    due_at timestamptz not null,
    constraint account_deletions_due_later check (due_at >= requested_at)
);
create index account_deletions_due on public.account_deletions (due_at);
alter table public.account_deletions enable row level security;
comment on table public.account_deletions is
'Accounts whose owners asked for their deletion, until it is done or taken back.';
comment on column public.account_deletions.account_id is 'The account.';
comment on column public.account_deletions.requested_at is 'When its owner asked.';
comment on column public.account_deletions.due_at is 'When it is erased, by the next run of an hourly job.';

create table public.consent_purposes (
    purpose text primary key,
    description text not null,
    constraint consent_purposes_form check (purpose ~ '^[a-z][a-z0-9_]{0,49}$')
);
alter table public.consent_purposes enable row level security;
comment on table public.consent_purposes is 'What a person can consent to.';
comment on column public.consent_purposes.purpose is 'What clients name it by.';
comment on column public.consent_purposes.description is 'What is consented to.';
insert into public.consent_purposes (purpose, description) values
('terms', 'The terms of service.'),
('privacy_policy', 'The privacy policy was read.'),
('marketing', 'Mail about offers and news.'),
('analytics', 'Use is measured and tied to the account.'),
('error_reports', 'Errors of the app are reported together with the account.');

create table public.consents (
    id bigint generated always as identity primary key,
    account_id uuid not null default auth.uid() references public.accounts (id) on delete cascade,
    purpose text not null references public.consent_purposes (purpose),
    document_version text not null,
    is_granted boolean not null,
    given_at timestamptz not null default now(),
    constraint consents_version_length check (length(btrim(document_version)) between 1 and 50)
);
create index consents_account on public.consents (account_id, purpose, id desc);
create index consents_purpose on public.consents (purpose);
alter table public.consents enable row level security;
comment on table public.consents is
'What people consented to and took back: rows are added and never changed; the latest of a purpose counts.';
comment on column public.consents.id is 'Counts up.';
comment on column public.consents.account_id is 'Whose consent.';
comment on column public.consents.purpose is 'To what.';
comment on column public.consents.document_version is 'The version of the text that was shown, up to 50 characters.';
comment on column public.consents.is_granted is 'Given, or refused and taken back.';
comment on column public.consents.given_at is 'When.';

comment on table public.raters is
'The pseudonym under which a profile rates. When the profile goes, its ratings pass to a new one and still count.';
comment on column public.raters.profile_id is
'Whose pseudonym it is; null where nothing leads to anybody: the profile is gone, or never was (imported ratings).';

create type private.personal_table as (
    relation regclass,
    schema_name text,
    table_name text,
    depth integer,
    owned text,
    owner_columns text [],
    goes_with_owner boolean,
    exported_columns text [],
    on_erasure text
);
comment on type private.personal_table is
'A table with rows of people: how far it is from auth.users, the condition (with the user''s id as $1) that its rows '
'are one''s own, the columns it rests on, whether rows go by cascade when their owner goes, and what the inventory '
'says.';

insert into private.data_inventory (schema_name, table_name, holds, is_personal, purpose, on_erasure) values
(
    'public', 'accounts', 'One row per user: address, names, country, settings.',
    true, 'To provide the service.', 'delete'
),
(
    'public', 'profiles', 'Who watches: names, maturity rating, languages, preferences.',
    true, 'To provide the service.', 'delete'
),
(
    'public', 'raters', 'The pseudonym under which a profile rates.',
    true, 'To recommend; afterwards unnamed, for the statistics of items.', 'keep_pseudonymous'
),
(
    'public', 'ratings', 'What raters thought of items.',
    true, 'To recommend; afterwards unnamed, for the statistics of items.', 'keep_pseudonymous'
),
('public', 'interactions', 'What raters did with items.', true, 'To recommend.', 'delete'),
(
    'public', 'user_similarities', 'Which raters rate alike, computed from ratings.',
    true, 'To recommend; afterwards unnamed.', 'keep_pseudonymous'
),
(
    'public', 'account_deletions', 'Accounts that are to be erased.',
    true, 'To do what the person asked for.', 'delete'
),
('public', 'consents', 'What people consented to and took back.', true, 'To prove consent.', 'delete'),
(
    'public', 'subscriptions', 'What an account pays for.',
    true, 'To know what the account may use.', 'delete'
),
(
    'private', 'audit_log', 'Who did what that others may have to answer for: ids, addresses of computers.',
    true, 'To keep accounts safe and to prove what was done.', 'keep_pseudonymous'
),
(
    'private', 'rate_slots', 'When a user, or somebody at a network address, wrote of late.',
    true, 'To limit how often one may ask.', 'delete'
),
('private', 'user_roles', 'Which user has which roles.', true, 'To decide who may do what.', 'delete'),
(
    'auth', 'users', 'Sign-in: address, telephone number, password hash.',
    true, 'To provide the service.', 'delete'
),
(
    'auth', 'identities', 'What providers of sign-in told of a user.',
    true, 'To provide the service.', 'delete'
),
(
    'auth', 'sessions', 'Where a user is signed in: address and browser.',
    true, 'To keep people signed in and accounts safe.', 'delete'
),
('auth', 'refresh_tokens', 'Secrets that renew sessions.', true, 'To keep people signed in.', 'delete'),
('auth', 'mfa_amr_claims', 'How a session was signed in.', true, 'To keep accounts safe.', 'delete'),
('auth', 'mfa_factors', 'Second factors of sign-in.', true, 'To keep accounts safe.', 'delete'),
('auth', 'mfa_challenges', 'Challenges sent to second factors.', true, 'To keep accounts safe.', 'delete'),
('auth', 'one_time_tokens', 'Hashes of links that were mailed.', true, 'To keep accounts safe.', 'delete'),
('auth', 'flow_state', 'Sign-ins through a provider that are under way.', true, 'To provide the service.', 'delete'),
('auth', 'audit_log_entries', 'What users did in Auth.', true, 'To keep accounts safe.', 'delete'),
(
    'storage', 'objects', 'Files: avatars and what else people upload.',
    true, 'To provide the service.', 'delete'
),
('public', 'items', 'Everything that can be rated.', false, null, 'none'),
('public', 'content', 'Films, shows and sports events.', false, null, 'none'),
('public', 'books', 'Books.', false, null, 'none'),
('public', 'genres', 'Genres.', false, null, 'none'),
('public', 'item_genres', 'Which item has which genres.', false, null, 'none'),
('public', 'item_tags', 'Words that people gave items, counted, without who gave them.', false, null, 'none'),
('public', 'item_embeddings', 'The meaning of items'' texts as vectors.', false, null, 'none'),
('public', 'item_stats', 'Counts of what people thought of items and did with them.', false, null, 'none'),
('public', 'item_trends', 'How much is done with items of late, by country.', false, null, 'none'),
('public', 'item_neighbours', 'Weights between items, computed from ratings of all.', false, null, 'none'),
('public', 'item_availability', 'Where and when items can be had.', false, null, 'none'),
('public', 'recommendation_models', 'Versions of models and how they were made.', false, null, 'none'),
('public', 'recommendation_weights', 'How much each part of a list counts.', false, null, 'none'),
('private', 'rate_limits', 'How often a role may ask.', false, null, 'none'),
('public', 'tiers', 'What can be paid for.', false, null, 'none'),
('public', 'tier_limits', 'What a tier allows.', false, null, 'none'),
('public', 'consent_purposes', 'What can be consented to.', false, null, 'none'),
('private', 'item_weights', 'item_neighbours, packed.', false, null, 'none'),
('private', 'search_documents', 'What searches filter items by.', false, null, 'none'),
('private', 'search_postings', 'Which words items'' texts have.', false, null, 'none'),
('private', 'search_names', 'Titles and authors.', false, null, 'none'),
('private', 'search_words', 'Every word of the catalogue.', false, null, 'none'),
('private', 'data_inventory', 'This record.', false, null, 'none'),
('private', 'periods', 'How long something takes by our rules.', false, null, 'none');

update private.data_inventory as i set owner_columns = '{rater_id}'
where (i.schema_name, i.table_name) = ('public', 'user_similarities');

-- No foreign key leads from these to a user.
update private.data_inventory as i set owner_ids = w.owner_ids
from (
    values
    ('auth', 'refresh_tokens', 'array[user_id]'),
    ('auth', 'flow_state', 'array[user_id::text]'),
    ('auth', 'audit_log_entries', 'array[payload ->> ''actor_id'', payload #>> ''{traits,user_id}'']'),
    ('storage', 'objects', 'array[owner_id]'),
    ('private', 'audit_log', 'array[actor_id::text, subject_id]'),
    ('private', 'rate_slots', 'array[caller]')
) as w (schema_name, table_name, owner_ids)
where (i.schema_name, i.table_name) = (w.schema_name, w.table_name);

-- Auth's tables hold secrets, and may get more; the audit log names admins: exports show what is named here.
update private.data_inventory as i set exported_columns = w.exported_columns
from (
    values
    ('auth', 'users', array[
        'id', 'email', 'email_confirmed_at', 'email_change', 'phone', 'phone_confirmed_at', 'phone_change',
        'raw_user_meta_data', 'raw_app_meta_data', 'last_sign_in_at', 'created_at', 'updated_at', 'banned_until',
        'is_anonymous', 'is_sso_user'
    ]),
    ('auth', 'identities', array[
        'provider', 'provider_id', 'identity_data', 'email', 'created_at', 'updated_at', 'last_sign_in_at'
    ]),
    ('auth', 'sessions', array['created_at', 'updated_at', 'refreshed_at', 'not_after', 'aal', 'user_agent', 'ip']),
    ('auth', 'mfa_factors', array['friendly_name', 'factor_type', 'status', 'phone', 'created_at', 'updated_at']),
    ('auth', 'audit_log_entries', array['payload', 'created_at', 'ip_address']),
    ('storage', 'objects', array['bucket_id', 'name', 'created_at', 'updated_at', 'metadata', 'user_metadata']),
    ('private', 'audit_log', array['occurred_at', 'action']),
    ('private', 'rate_slots', array['taken_at']),
    ('auth', 'refresh_tokens', '{}'),
    ('auth', 'mfa_amr_claims', '{}'),
    ('auth', 'mfa_challenges', '{}'),
    ('auth', 'one_time_tokens', '{}'),
    ('auth', 'flow_state', '{}')
) as w (schema_name, table_name, exported_columns)
where (i.schema_name, i.table_name) = (w.schema_name, w.table_name);

update private.data_inventory as i set retention = w.retention, retention_column = w.retention_column
from (
    values
    ('public', 'interactions', interval '2 years', 'occurred_at'),
    ('auth', 'sessions', interval '30 days', 'updated_at'),
    ('auth', 'audit_log_entries', interval '1 year', 'created_at'),
    ('private', 'audit_log', interval '1 year', 'occurred_at'),
    ('private', 'rate_slots', interval '1 hour', 'taken_at')
) as w (schema_name, table_name, retention, retention_column)
where (i.schema_name, i.table_name) = (w.schema_name, w.table_name);
