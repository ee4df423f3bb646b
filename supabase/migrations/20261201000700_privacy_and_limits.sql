-- The data inventory, consents, export and erasure; the audit log; how much a caller may send and keep.

set lock_timeout = '10s';

create table private.audit_log (
    id bigint generated always as identity,
    month date not null default date_trunc('month', (now() at time zone 'UTC'))::date,
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
    constraint audit_log_action_form check (action ~ '^[a-z_]+\.[a-z_]+$'),
    constraint audit_log_month_of_event check (month = date_trunc('month', occurred_at at time zone 'UTC')::date)
) partition by range (month);
create index audit_log_action on private.audit_log (action, id);
create index audit_log_actor on private.audit_log (actor_id, id);
create index audit_log_subject on private.audit_log (subject_id, id);
alter table private.audit_log enable row level security;
comment on table private.audit_log is
'Security-relevant actions, append-only, one partition a month. It contains ids, no e-mail addresses or texts of '
'people. Written by private.audit, read by get_audit_log.';
comment on column private.audit_log.id is 'The entry''s number; later entries have higher ones.';
comment on column private.audit_log.month is 'First day of the entry''s month, UTC: the partition key.';
comment on column private.audit_log.occurred_at is 'When it happened.';
comment on column private.audit_log.actor_id is
'The user who acted; null: the service, or an operator in the database.';
comment on column private.audit_log.actor_role is 'The role used: authenticated, service_role or a database role.';
comment on column private.audit_log.action is 'The action, as subject.verb, such as role.granted.';
comment on column private.audit_log.subject_type is 'The kind of the object: account, user, …';
comment on column private.audit_log.subject_id is 'The object''s id.';
comment on column private.audit_log.before is 'The changed values before the action.';
comment on column private.audit_log.after is 'The changed values after it.';
comment on column private.audit_log.address is 'The IP address of the request; null: none.';
comment on column private.audit_log.request_id is 'The request''s x-request-id, to search for in the logs.';

create table private.audit_log_default partition of private.audit_log default;
comment on table private.audit_log_default is 'Entries of a month that has no table yet.';

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
    constraint data_inventory_personal_has_purpose check (is_personal = (purpose is not null)),
    constraint data_inventory_personal_is_erased check (is_personal = (on_erasure <> 'none')),
    constraint data_inventory_retention_has_column check ((retention is null) = (retention_column is null)),
    constraint data_inventory_retention_positive check (retention > interval '0')
);
comment on table private.data_inventory is
'What each table holds about whom, why and how long: the record of processing activities (GDPR, article 30). Exports,'
' erasure and retention follow it; the migration that creates a table adds its row.';
comment on column private.data_inventory.schema_name is 'The table''s schema.';
comment on column private.data_inventory.table_name is
'The table; a table of Auth, Storage or Realtime may be missing in some versions.';
comment on column private.data_inventory.holds is 'What its rows are, in a sentence.';
comment on column private.data_inventory.is_personal is 'Whether rows belong to a person.';
comment on column private.data_inventory.purpose is 'Why the rows may be kept; null if they are not personal.';
comment on column private.data_inventory.owner_columns is
'The columns of the foreign key that leads to the row''s owner. Null: the only key that leads to a person, or the '
'shortest path. Empty: none does; existing keys only say who acted.';
comment on column private.data_inventory.owner_ids is
'For tables without such a key: an SQL expression over a row, a text[] of the owners'' user ids.';
comment on column private.data_inventory.exported_columns is
'The columns in exports. Null: all except those that name other people. Empty: the table is not exported.';
comment on column private.data_inventory.retention is
'How long a row is kept; null: as long as its owner. Whole partitions are dropped by month.';
comment on column private.data_inventory.retention_column is 'The column from which retention counts.';
comment on column private.data_inventory.on_erasure is
'What happens when the account is erased: delete, keep_pseudonymous or none (not personal).';
insert into private.data_inventory (schema_name, table_name, holds, is_personal, on_erasure) values
('private', 'data_inventory', 'This record.', false, 'none'),
('private', 'item_counts', 'Exact counts of the ratings of items.', false, 'none'),
('private', 'item_weights', 'The weights of item_neighbours, packed as vectors.', false, 'none'),
(
    'private', 'pending_changes',
    'Keyed hashes of a few accounts for each published figure that changed since its publication.', false, 'none'
),
('private', 'periods', 'Durations that functions read.', false, 'none'),
('private', 'publication', 'The rules by which counts and trends are published.', false, 'none'),
('private', 'quotas', 'Limits of the resources of an account.', false, 'none'),
('private', 'rate_limits', 'Limits of requests and rows per role.', false, 'none'),
('private', 'reserved_names', 'Names that no account may have.', false, 'none'),
('private', 'search_documents', 'The values that searches filter items by.', false, 'none'),
('private', 'search_names', 'Titles and authors for suggestions.', false, 'none'),
('private', 'search_postings', 'The inverted index: words of the items'' texts.', false, 'none'),
('private', 'search_words', 'The vocabulary of the catalogue''s texts.', false, 'none'),
('public', 'books', 'Books.', false, 'none'),
('public', 'consent_purposes', 'The purposes a user can consent to.', false, 'none'),
('public', 'content', 'Films, shows and sports events.', false, 'none'),
('public', 'genres', 'Genres.', false, 'none'),
('public', 'item_availability', 'Where and when items are available.', false, 'none'),
('public', 'item_embeddings', 'Embeddings of the items'' texts.', false, 'none'),
('public', 'item_genres', 'Genres of items.', false, 'none'),
(
    'public', 'item_neighbours', 'Weights between items, computed from the ratings and interactions of all raters.',
    false, 'none'
),
(
    'public', 'item_stats', 'Published counts of ratings and interactions: rounded, of five accounts or more.',
    false, 'none'
),
('public', 'item_tags', 'Tags that users gave to items, with counts and without the users.', false, 'none'),
('public', 'item_trends', 'Published trends of items by country: rounded, of five accounts or more.', false, 'none'),
('public', 'items', 'Everything that can be rated or recommended.', false, 'none'),
('public', 'recommendation_models', 'Versions of models and how they were computed.', false, 'none'),
('public', 'recommendation_weights', 'Weights of the sources of recommendation lists.', false, 'none'),
('public', 'tier_limits', 'The limits of a tier.', false, 'none'),
('public', 'tiers', 'The tiers of subscriptions.', false, 'none');
insert into private.data_inventory (schema_name, table_name, holds, is_personal, purpose, on_erasure) values
(
    'private', 'quota_uses', 'How much an account uses of each limited resource.', true, 'To enforce quotas.',
    'delete'
),
('private', 'user_roles', 'The roles of each user.', true, 'To decide what a user may do.', 'delete'),
(
    'public', 'account_deletions', 'Accounts scheduled for deletion.', true, 'To carry out the user''s request.',
    'delete'
),
(
    'public', 'accounts', 'One row per user: e-mail address, names, country, settings.', true,
    'To provide the service.', 'delete'
),
('public', 'consents', 'Consents given and withdrawn.', true, 'To prove consent.', 'delete'),
(
    'public', 'profiles', 'The profiles of an account: names, maturity rating, languages, preferences.', true,
    'To provide the service.', 'delete'
),
(
    'public', 'raters', 'The pseudonym under which a profile rates.', true,
    'To recommend; after the deletion, pseudonymised, for the statistics of items.', 'keep_pseudonymous'
),
(
    'public', 'ratings', 'Ratings that raters gave to items.', true,
    'To recommend; after the deletion, pseudonymised, for the statistics of items.', 'keep_pseudonymous'
),
(
    'public', 'subscriptions', 'The subscription an account pays for.', true, 'To decide what the account may use.',
    'delete'
);
insert into private.data_inventory (
    schema_name, table_name, holds, is_personal, purpose, exported_columns, on_erasure
) values
(
    'auth', 'identities', 'Data that sign-in providers sent about a user.', true, 'To provide the service.',
    '{provider,provider_id,identity_data,email,created_at,updated_at,last_sign_in_at}', 'delete'
),
(
    'auth', 'mfa_amr_claims', 'The authentication methods of a session.', true, 'To keep accounts safe.', '{}',
    'delete'
),
('auth', 'mfa_challenges', 'Challenges sent to second factors.', true, 'To keep accounts safe.', '{}', 'delete'),
(
    'auth', 'mfa_factors', 'Second factors of sign-in.', true, 'To keep accounts safe.',
    '{friendly_name,factor_type,status,phone,created_at,updated_at}', 'delete'
),
(
    'auth', 'oauth_authorizations', 'Pending sign-ins of other apps through this project.', true,
    'To provide the service.', '{scope,status,created_at,expires_at,approved_at}', 'delete'
),
(
    'auth', 'oauth_consents', 'Other apps that a user authorised.', true, 'To provide the service.',
    '{client_id,scopes,granted_at,revoked_at}', 'delete'
),
(
    'auth', 'one_time_tokens', 'Hashes of one-time links sent by e-mail.', true, 'To keep accounts safe.', '{}',
    'delete'
),
(
    'auth', 'saml_relay_states', 'Pending single sign-ons through an organisation.', true,
    'To provide the service.', '{for_email,created_at,updated_at}', 'delete'
),
(
    'auth', 'users', 'Sign-in data: e-mail address, phone number, password hash.', true, 'To provide the service.',
    '{id,email,email_confirmed_at,email_change,phone,phone_confirmed_at,phone_change,raw_user_meta_data,'
    'raw_app_meta_data,last_sign_in_at,created_at,updated_at,banned_until,is_anonymous,is_sso_user}',
    'delete'
),
(
    'auth', 'webauthn_challenges', 'Pending sign-ins by passkey.', true, 'To provide the service.',
    '{challenge_type,created_at,expires_at}', 'delete'
),
(
    'auth', 'webauthn_credentials', 'Passkeys.', true, 'To provide the service.',
    '{friendly_name,created_at,updated_at,last_used_at}', 'delete'
),
(
    'private', 'account_pins', 'Salted digests of the PINs that end kids mode.', true,
    'To keep children in kids mode.', '{set_at}', 'delete'
);
insert into private.data_inventory (
    schema_name, table_name, holds, is_personal, purpose, owner_ids, exported_columns, on_erasure
) values
(
    'auth', 'flow_state', 'Pending sign-ins through a provider.', true, 'To provide the service.',
    'array[user_id::text]', '{}', 'delete'
),
(
    'auth', 'refresh_tokens', 'Secrets that renew sessions.', true, 'To keep people signed in.', 'array[user_id]',
    '{}', 'delete'
),
(
    'private', 'files_to_remove', 'Files of deleted users until Storage has deleted them, usually within an hour.',
    true, 'To delete the files.', 'array[split_part(name, ''/'', 1)]', '{}', 'delete'
),
(
    'storage', 'objects', 'Files: avatars and other uploads of users.', true, 'To provide the service.',
    'array[owner_id]', '{bucket_id,name,created_at,updated_at,metadata,user_metadata}', 'delete'
),
(
    'storage', 's3_multipart_uploads', 'Pending multipart uploads.', true, 'To provide the service.',
    'array[owner_id]', '{bucket_id,key,created_at}', 'delete'
),
(
    'storage', 's3_multipart_uploads_parts', 'Parts of pending multipart uploads.', true, 'To provide the service.',
    'array[owner_id]', '{}', 'delete'
);
insert into private.data_inventory (
    schema_name, table_name, holds, is_personal, purpose, owner_columns, exported_columns, on_erasure
) values
(
    'private', 'kids_sessions', 'Sessions in kids mode.', true, 'To keep children in kids mode.', '{session_id}',
    '{profile_id,entered_at}', 'delete'
),
(
    'public', 'user_similarities', 'Neighbours: raters with similar ratings, computed from ratings.', true,
    'To recommend; after the deletion, pseudonymised.', '{rater_id}', '{rater_id,computed_at}', 'keep_pseudonymous'
);
insert into private.data_inventory (
    schema_name, table_name, holds, is_personal, purpose, retention, retention_column, on_erasure
) values
(
    'public', 'interactions', 'Events of raters on items, such as views, likes and completions.', true,
    'To recommend.', interval '2 years', 'occurred_at', 'delete'
),
(
    'realtime', 'messages',
    'Messages that functions and triggers sent to channels. They have no owner, so exports omit them; Realtime '
    'deletes them by age.',
    true, 'To deliver messages, also to clients that reconnect.', interval '3 days', 'inserted_at', 'delete'
);
insert into private.data_inventory (
    schema_name, table_name, holds, is_personal, purpose, exported_columns, retention, retention_column, on_erasure
) values
(
    'auth', 'sessions', 'Where a user is signed in: IP address and browser.', true,
    'To keep people signed in and accounts safe.',
    '{created_at,updated_at,refreshed_at,not_after,aal,user_agent,ip}', interval '30 days', 'updated_at', 'delete'
);
insert into private.data_inventory (
    schema_name, table_name, holds, is_personal, purpose, owner_ids, exported_columns, retention, retention_column,
    on_erasure
) values
(
    'auth', 'audit_log_entries', 'Actions of users in Auth.', true, 'To keep accounts safe.',
    'array[payload ->> ''actor_id'', payload #>> ''{traits,user_id}'']', '{payload,created_at,ip_address}',
    interval '1 year', 'created_at', 'delete'
),
(
    'private', 'audit_log', 'Security-relevant actions: ids and IP addresses.', true,
    'To keep accounts safe and to prove what was done.', 'array[actor_id::text, subject_id]',
    '{occurred_at,action}', interval '1 year', 'occurred_at', 'keep_pseudonymous'
),
(
    'private', 'rate_rows', 'Numbers of rows that a caller wrote recently.', true,
    'To limit how much a user may write.', 'array[caller]', '{scope,written_at,written}', interval '2 days',
    'written_at', 'delete'
),
(
    'private', 'rate_slots', 'Times of recent requests per user, IP address or hashed e-mail address.', true,
    'To limit the rate of requests.', 'array[caller]', '{taken_at}', interval '01:00:00', 'taken_at', 'delete'
);

create table private.files_to_remove (
    bucket_id text not null,
    name text not null,
    version text,
    noted_at timestamptz not null default now(),
    tried_at timestamptz,
    primary key (bucket_id, name)
);
comment on table private.files_to_remove is
'Files of deleted users: already unreadable, until a job deletes their bytes through Storage.';
comment on column private.files_to_remove.bucket_id is 'The bucket.';
comment on column private.files_to_remove.name is 'The name in the bucket; its folder is the id of the deleted user.';
comment on column private.files_to_remove.version is 'The version by which Storage finds the bytes.';
comment on column private.files_to_remove.noted_at is 'When the user was deleted.';
comment on column private.files_to_remove.tried_at is 'When Storage was last called to delete the file.';

create table private.periods (
    name text primary key,
    length interval not null,
    meaning text not null,
    constraint periods_length_positive check (length > interval '0')
);
comment on table private.periods is 'Durations that functions read; operators may change them.';
comment on column private.periods.name is 'The name that functions query.';
comment on column private.periods.length is 'The duration.';
comment on column private.periods.meaning is 'What it is for.';
insert into private.periods (name, length, meaning) values
('deletion_grace', interval '30 days', 'Time from the request to delete an account until it is erased.'),
(
    'pin_reset', interval '00:10:00',
    'Time after a sign-in in which its session may set a new PIN without the current one.'
),
(
    'rating_settles', interval '7 days',
    'Age from which a rating is kept under a pseudonym when its profile is deleted; younger ones are deleted.'
);

create table private.quota_uses (
    account_id uuid not null references public.accounts (id) on delete cascade,
    resource text not null,
    since date not null,
    used bigint not null,
    primary key (account_id, resource, since),
    constraint quota_uses_not_negative check (used >= 0)
);
alter table private.quota_uses enable row level security;
comment on table private.quota_uses is
'How much an account uses of the resources in private.quotas; maintained by triggers.';
comment on column private.quota_uses.account_id is 'The account.';
comment on column private.quota_uses.resource is 'The resource, as in quotas.';
comment on column private.quota_uses.since is
'First day of the counted month; 2000-01-01 for resources counted without end.';
comment on column private.quota_uses.used is 'The amount used.';

create table private.quotas (
    resource text primary key,
    amount bigint not null,
    anonymous_amount bigint not null,
    meaning text not null,
    constraint quotas_not_negative check (amount >= 0 and anonymous_amount >= 0)
);
alter table private.quotas enable row level security;
comment on table private.quotas is
'How much of a resource an account may have. A resource without a row is not limited; a change takes effect with the '
'next write.';
comment on column private.quotas.resource is
'The counted resource; for files the bucket, a dot, and files or bytes. Files in a bucket with rows are also checked '
'for type and size.';
comment on column private.quotas.amount is 'The quota of an account.';
comment on column private.quotas.anonymous_amount is 'The quota of an anonymous user''s account.';
comment on column private.quotas.meaning is 'What is counted.';
insert into private.quotas (resource, amount, anonymous_amount, meaning) values
('artwork.bytes', 107374182400, 0, 'Bytes of the artwork that an editor uploaded.'),
('artwork.files', 50000, 0, 'Artwork that an editor uploaded.'),
('avatars.bytes', 20971520, 0, 'Bytes of the pictures in a user''s folder.'),
('avatars.files', 10, 0, 'Pictures in a user''s folder.'),
('consents', 1000, 100, 'Consents of an account, given and withdrawn.'),
('deletions_cancelled', 10, 10, 'Deletions of an account taken back in a month.'),
('imports.bytes', 107374182400, 0, 'Bytes of the imports that an editor uploaded.'),
('imports.files', 2000, 0, 'Imports that an editor uploaded.'),
('interaction_bytes', 10000000, 500000, 'Bytes of metadata of an account''s interactions in a month.'),
('interactions', 20000, 2000, 'Interactions of an account in a month.'),
('masters.bytes', 10995116277760, 0, 'Bytes of the masters that an editor uploaded.'),
('masters.files', 5000, 0, 'Masters that an editor uploaded.'),
('ratings', 20000, 1000, 'Ratings of a profile.'),
('speech.bytes', 524288000, 0, 'Bytes of the recordings in a user''s folder.'),
('speech.files', 1000, 0, 'Recordings in a user''s folder.');

create table private.rate_limits (
    role text not null,
    scope text not null,
    requests integer not null,
    window_seconds integer not null,
    primary key (role, scope),
    constraint rate_limits_requests check (
        requests between 1 and case
        when scope in ('rows', 'ratings', 'interactions', 'consents', 'profiles') then 1000000 else 1000
        end
    ),
    constraint rate_limits_scope check (
        scope in (
            'read', 'write', 'storage', 'sign_in', 'password', 'anonymous', 'refresh',
            'rows', 'ratings', 'interactions', 'consents', 'profiles'
        )
    ),
    constraint rate_limits_window check (
        window_seconds between 1 and case
        when scope in ('rows', 'ratings', 'interactions', 'consents', 'profiles') then 86400 else 3600
        end
    )
);
comment on table private.rate_limits is
'How many requests, or rows, a caller may send in any window of so many seconds. A role and scope without a row is '
'not limited.';
comment on column private.rate_limits.role is
'The database role of the request; anon for callers who are not signed in.';
comment on column private.rate_limits.scope is
'read: GET, HEAD and calls of functions that do not write, counted by the REST server; write: all other requests, '
'counted by private.count_request, failed ones by the REST server. storage: file requests; sign_in: sign-ups and '
'password sign-ins per IP address; password: attempts at one account''s password; anonymous: anonymous sign-ups; '
'refresh: session refreshes; these five are counted by private.admit_request. rows: rows written in all tables; '
'ratings, interactions, consents, profiles: rows written in that table; these are counted by private.count_rows.';
comment on column private.rate_limits.requests is
'The limit per user; for anon per IP address; for scope password per account. For the last five scopes the number of '
'rows.';
comment on column private.rate_limits.window_seconds is 'Length of the sliding window in seconds.';
insert into private.rate_limits (role, scope, requests, window_seconds) values
('anon', 'anonymous', 30, 3600),
('anon', 'password', 10, 600),
('anon', 'read', 100, 60),
('anon', 'refresh', 150, 300),
('anon', 'sign_in', 30, 300),
('anon', 'storage', 300, 60),
('anon', 'write', 100, 60),
('authenticated', 'consents', 100, 86400),
('authenticated', 'interactions', 20000, 86400),
('authenticated', 'profiles', 10, 86400),
('authenticated', 'ratings', 5000, 86400),
('authenticated', 'read', 100, 60),
('authenticated', 'rows', 1000, 60),
('authenticated', 'storage', 300, 60),
('authenticated', 'write', 100, 60);

create unlogged table private.rate_rows (
    caller text collate "C" not null,
    scope text collate "C" not null,
    written_at timestamptz not null,
    written integer not null,
    primary key (caller, scope, written_at)
) with (fillfactor = 50);
alter table private.rate_rows enable row level security;
comment on table private.rate_rows is 'How many rows a caller wrote recently. Rows older than two days are deleted.';
comment on column private.rate_rows.caller is 'The user''s id; without a user the network of the request.';
comment on column private.rate_rows.scope is 'The scope, as in rate_limits.';
comment on column private.rate_rows.written_at is
'Start of the step, a sixtieth of the limit''s window, in which they were written.';
comment on column private.rate_rows.written is 'The number of rows written.';

create unlogged table private.rate_slots (
    caller text collate "C" not null,
    scope text collate "C" not null,
    slot integer not null,
    taken_at timestamptz not null,
    primary key (caller, scope, slot)
) with (fillfactor = 50);
alter table private.rate_slots enable row level security;
comment on table private.rate_slots is
'Recent requests: each took one of its caller''s slots. Rows older than an hour are deleted.';
comment on column private.rate_slots.caller is
'The user''s id; for anon the IPv4 address or IPv6 network; for scope password a digest of the e-mail address.';
comment on column private.rate_slots.scope is 'The scope, as in rate_limits.';
comment on column private.rate_slots.slot is 'From 1 to the limit of requests.';
comment on column private.rate_slots.taken_at is 'When it was taken; it is free again one window later.';

create table private.reserved_names (
    name text primary key,
    constraint reserved_names_length check (length(name) between 1 and 100)
);
alter table private.reserved_names enable row level security;
comment on table private.reserved_names is
'Names of the service, such as admin: clients may not give an account such a name, or one that looks like it.';
comment on column private.reserved_names.name is 'The name.';
insert into private.reserved_names (name) values
('abuse'), ('account'), ('accounts'), ('admin'), ('administration'), ('administrator'), ('anonymous'), ('api'),
('auth'), ('billing'), ('bot'), ('cinefluent'), ('cinefluent admin'), ('cinefluent support'), ('cinefluent team'),
('contact'), ('customer service'), ('customer support'), ('everyone'), ('guest'), ('help'), ('helpdesk'),
('hostmaster'), ('info'), ('legal'), ('mail'), ('mod'), ('moderator'), ('moderators'), ('news'), ('no reply'),
('noreply'), ('null'), ('official'), ('owner'), ('payments'), ('postmaster'), ('press'), ('privacy'), ('root'),
('security'), ('service'), ('service role'), ('staff'), ('superuser'), ('support'), ('support team'), ('sysadmin'),
('system'), ('team'), ('undefined'), ('webmaster'), ('www');

create table public.account_deletions (
    account_id uuid primary key references public.accounts (id) on delete cascade,
    requested_at timestamptz not null default now(),
    due_at timestamptz not null,
    constraint account_deletions_due_later check (due_at >= requested_at)
);
create index account_deletions_due on public.account_deletions (due_at);
comment on table public.account_deletions is
'Accounts scheduled for deletion by their owners. A row is deleted when the account is erased or the deletion '
'cancelled.';
comment on column public.account_deletions.account_id is 'The account.';
comment on column public.account_deletions.requested_at is 'When its owner requested the deletion.';
comment on column public.account_deletions.due_at is 'From when an hourly job may erase it.';

create table public.consent_purposes (
    purpose text primary key,
    description text not null,
    constraint consent_purposes_form check (purpose ~ '^[a-z][a-z0-9_]{0,49}$')
);
comment on table public.consent_purposes is 'The purposes a user can consent to.';
comment on column public.consent_purposes.purpose is 'The name that clients send.';
comment on column public.consent_purposes.description is 'What the user consents to.';
insert into public.consent_purposes (purpose, description) values
('analytics', 'Measurement of use, linked to the account.'),
('error_reports', 'Error reports of the app, linked to the account.'),
('marketing', 'E-mails about offers and news.'),
('privacy_policy', 'The privacy policy.'),
('terms', 'The terms of service.');

create table public.consents (
    id bigint generated always as identity primary key,
    account_id uuid not null default auth.uid() references public.accounts (id) on delete cascade,
    purpose text not null references public.consent_purposes (purpose),
    document_version text not null,
    is_granted boolean not null,
    given_at timestamptz not null default now()
);
create index consents_account on public.consents (account_id, purpose, id desc);
create index consents_purpose on public.consents (purpose);
alter table public.consents add constraint consents_purpose_form check (purpose ~ '^[a-z][a-z0-9_]{0,49}$') not valid;
alter table public.consents add constraint consents_version_plain check (
    private.is_plain_text(document_version, 50)
) not valid;
comment on table public.consents is
'Consents given and withdrawn. Rows are added and never updated; the latest row of a purpose is valid.';
comment on column public.consents.id is 'Increases with each row.';
comment on column public.consents.account_id is 'The account that gave or refused consent.';
comment on column public.consents.purpose is 'The purpose.';
comment on column public.consents.document_version is 'The version of the text that was shown, up to 50 characters.';
comment on column public.consents.is_granted is 'True: given. False: refused or withdrawn.';
comment on column public.consents.given_at is 'When the row was added.';

create type private.admission as (admitted boolean, requests integer, remaining integer, wait integer);
comment on type private.admission is
'Whether a request is admitted, the limit, the remaining requests, and the seconds until the next one is possible.';

create type private.personal_table as (
    relation regclass, schema_name text, table_name text, depth integer, owned text, owner_columns text [],
    goes_with_owner boolean, exported_columns text [], on_erasure text
);
comment on type private.personal_table is
'A table with rows of people: its distance from auth.users, the condition that selects a user''s rows ($1 is the '
'user''s id), the foreign-key columns used, whether its rows are deleted by cascade with their owner, and the '
'settings of the inventory.';

create type public.audit_entry as (
    id bigint, occurred_at timestamptz, actor_id uuid, actor_role text, action text, subject_type text,
    subject_id text, before jsonb, after jsonb, address text, request_id text
);
comment on type public.audit_entry is 'An entry of the audit log.';

-- Functions, triggers and policies as sql/ has them.

set check_function_bodies = off;

-- source: sql/private/platform/audit/audit.sql
-- Helper. Adds an entry to the audit log; actor, role, IP address and request id are taken from the request. Called by
-- definer functions only. Pass ids: texts and e-mail addresses of people do not belong in the log.
-- Definer: no role has write privileges on the log.
create or replace function private.audit(
    action text, subject_type text, subject_id text, before jsonb, after jsonb
)
returns void
language sql security definer set search_path = ''
as $$
    insert into private.audit_log (
        actor_id, actor_role, action, subject_type, subject_id, before, after, address, request_id
    )
    values (
        private.caller_id(),
        coalesce(nullif(current_setting('role', true), 'none'), session_user::text),
        audit.action,
        audit.subject_type,
        audit.subject_id,
        audit.before,
        audit.after,
        private.current_address(),
        left(private.request_header('x-request-id'), 128)
    )
$$;
comment on function private.audit(text, text, text, jsonb, jsonb) is 'Add an entry to the audit log.';
revoke execute on function private.audit(text, text, text, jsonb, jsonb) from public;

-- source: sql/private/platform/audit/read_audit_log.sql
-- Helper. Returns a page of the audit log, latest first, for an admin or the service. The read is recorded in the log
-- after the page was selected. Raises 42501 for other callers, 403 kids_mode.
-- Definer: no client role may read the log.
create or replace function private.read_audit_log(
    action text, actor_id uuid, subject_id text, before_id bigint, count integer
)
returns setof public.audit_entry
language plpgsql rows 50 security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    perform private.check_admin();
    return query
    select
        l.id, l.occurred_at, l.actor_id, l.actor_role, l.action, l.subject_type, l.subject_id,
        l.before, l.after, l.address, l.request_id
    from private.audit_log as l
    where
        (read_audit_log.action is null or l.action = read_audit_log.action)
        and (read_audit_log.actor_id is null or l.actor_id = read_audit_log.actor_id)
        and (read_audit_log.subject_id is null or l.subject_id = read_audit_log.subject_id)
        and (read_audit_log.before_id is null or l.id < read_audit_log.before_id)
    order by l.id desc
    limit read_audit_log.count;
    perform private.audit(
        'audit_log.read', 'audit_log', null, null,
        jsonb_strip_nulls(jsonb_build_object(
            'action', read_audit_log.action,
            'actor_id', read_audit_log.actor_id,
            'subject_id', read_audit_log.subject_id,
            'before_id', read_audit_log.before_id,
            'count', read_audit_log.count
        ))
    );
end
$$;
comment on function private.read_audit_log(text, uuid, text, bigint, integer) is
'A page of the audit log, for an admin.';
revoke execute on function private.read_audit_log(text, uuid, text, bigint, integer) from public;
grant execute on function private.read_audit_log(text, uuid, text, bigint, integer) to authenticated, service_role;

-- source: sql/private/platform/audit/refuse_change.sql
-- Trigger. Keeps a ledger append-only: raises 42501 on update, delete and truncate.
create or replace function private.refuse_change() returns trigger
language plpgsql set search_path = ''
as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = '42501';
end
$$;
comment on function private.refuse_change() is 'Trigger. Keeps a table append-only.';
revoke execute on function private.refuse_change() from public;

-- source: sql/private/platform/limits/admit_request.sql
-- Helper. Counts a request to Auth or Storage against its rate limit. The server calls it in a transaction of its own,
-- so that requests that fail later are counted as well.
--   role    as in private.rate_limits: anon for a caller who is not signed in
--   scope   the kind of request: storage, sign_in, password, anonymous, refresh
--   caller  the user id or the network; for password the e-mail address, of which only a SHA-256 digest is stored
-- Returns whether the request is admitted; null if no limit applies.
-- Definer: the servers' roles have no privileges on limits and slots. Only they may execute it, because it trusts
-- `caller`.
create or replace function private.admit_request(role text, scope text, caller text) returns private.admission
language plpgsql security definer set search_path = ''
as $$
declare
    v_limit private.rate_limits;
begin
    select l.* into v_limit
    from private.rate_limits as l
    where l.role = admit_request.role and l.scope = admit_request.scope;
    if not found then
        return null;
    end if;
    return private.take_rate_slot(
        v_limit,
        case v_limit.scope
            when 'password' then encode(sha256(convert_to(lower(admit_request.caller), 'UTF8')), 'hex')
            else admit_request.caller
        end
    );
end
$$;
comment on function private.admit_request(text, text, text) is
'Count a request to Auth or Storage against its rate limit.';
revoke execute on function private.admit_request(text, text, text) from public;
grant execute on function private.admit_request(text, text, text) to supabase_auth_admin, supabase_storage_admin;

-- source: sql/private/platform/limits/check_request.sql
-- Hook. The REST server calls it before each request (pgrst.db_pre_request). Each check refuses the request by raising.
create or replace function private.check_request() returns void
language plpgsql set search_path = ''
as $$
begin
    perform private.check_session();
    perform private.count_request();
end
$$;
comment on function private.check_request() is 'Hook. Checks each request to the API before it runs.';
revoke execute on function private.check_request() from public;
grant execute on function private.check_request() to anon, authenticated, service_role;

-- source: sql/private/platform/limits/count_request.sql
-- Helper. Counts a write request of the caller and raises 429 rate_limited, with Retry-After, when its limit is
-- reached. It adds the X-RateLimit headers to the response. Reads are skipped: their transactions are read-only, so the
-- REST server counts them. A failed request is rolled back with its slot; the REST server counts those too.
-- Headers are built with format because it is fast, and this runs before every write.
-- Definer: no API role has privileges on limits and slots; it only counts its caller.
create or replace function private.count_request() returns void
language plpgsql security definer set search_path = ''
as $$
declare
    v_limit private.rate_limits;
    v_caller text;
    v_entry private.admission;
begin
    if current_setting('transaction_read_only')::boolean then
        return;
    end if;
    select l.* into v_limit
    from private.rate_limits as l
    where l.role = current_setting('role') and l.scope = 'write';
    if not found then
        return;
    end if;
    if v_limit.role <> 'anon' then
        v_caller := nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub';
    end if;
    v_entry := private.take_rate_slot(v_limit, coalesce(v_caller, private.current_network()));
    if v_entry.admitted then
        perform set_config(
            'response.headers',
            format(
                '[{"X-RateLimit-Limit": "%s"}, {"X-RateLimit-Remaining": "%s"}, {"X-RateLimit-Reset": "%s"}]',
                v_entry.requests, v_entry.remaining, v_entry.wait
            ),
            true
        );
        return;
    end if;
    perform private.refuse(
        429, 'rate_limited', format('Too many requests: try again in %s s', v_entry.wait),
        headers => jsonb_build_object(
            'X-RateLimit-Limit', v_entry.requests::text,
            'X-RateLimit-Remaining', '0',
            'X-RateLimit-Reset', v_entry.wait::text,
            'Retry-After', v_entry.wait::text
        )
    );
end
$$;
comment on function private.count_request() is 'Count a write request of the caller, or refuse it with 429.';
revoke execute on function private.count_request() from public;
grant execute on function private.count_request() to anon, authenticated, service_role;

-- source: sql/private/platform/limits/hold_writes.sql
-- Helper. Serialises the writes of a client: takes the lock of private.take_row_slots before a statement locks any row.
-- Otherwise two writes of one user that lock the same rows in different orders would deadlock, and hold the counts of
-- items, which every user's ratings change, until the deadlock is detected.
create or replace function private.hold_writes() returns void
language plpgsql set search_path = ''
as $$
declare
    v_caller text := nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub';
begin
    if current_setting('role', true) = 'authenticated' and v_caller is not null then
        perform pg_advisory_xact_lock(hashtextextended('rows:' || v_caller, 0));
    end if;
end
$$;
comment on function private.hold_writes() is 'Serialises the writes of a client.';
revoke execute on function private.hold_writes() from public;
grant execute on function private.hold_writes() to anon, authenticated, service_role;

-- source: sql/private/platform/limits/password_attempt_hook.sql
-- Hook. Hosted Auth calls it for each password attempt; the embedded Auth counts attempts itself. It counts attempts
-- per account and rejects those above the limit, whether the password is correct or not. Auth calls it in a transaction
-- of its own, so rejected attempts count.
--   event  user_id, valid
-- Returns decision continue, or reject with a message.
create or replace function private.password_attempt_hook(event jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
    v_account text := (select u.email from auth.users as u where u.id = (event ->> 'user_id')::uuid);
    v_entry private.admission := private.admit_request('anon', 'password', coalesce(v_account, event ->> 'user_id'));
begin
    if v_entry.admitted is false then
        return jsonb_build_object(
            'decision', 'reject', 'message', format('Too many tries: try again in %s s', v_entry.wait)
        );
    end if;
    return jsonb_build_object('decision', 'continue');
end
$$;
comment on function private.password_attempt_hook(jsonb) is
'Hook. Rejects password attempts above the limit per account.';
revoke execute on function private.password_attempt_hook(jsonb) from public;
grant execute on function private.password_attempt_hook(jsonb) to supabase_auth_admin;

-- source: sql/private/platform/limits/reload_rate_limits.sql
-- Trigger. Notifies the REST server, which counts reads, that rate limits changed.
create or replace function private.reload_rate_limits() returns trigger
language plpgsql set search_path = ''
as $$
begin
    perform pg_notify('pgrst', 'reload config');
    return null;
end
$$;
comment on function private.reload_rate_limits() is 'Trigger. Makes the REST server reload the rate limits.';
revoke execute on function private.reload_rate_limits() from public;

-- source: sql/private/platform/limits/take_rate_slot.sql
-- Helper. Takes one of a caller's slots for a request. Returns whether it is admitted, the limit, the remaining
-- requests, and the seconds until the next slot is free.
-- A caller has as many slots as the limit allows requests, and a slot is free again one window after it was taken: no
-- window of that length exceeds the limit, and concurrent requests get exactly the limit. A request never waits for
-- another: a slot that another transaction is taking is locked by an advisory lock, and the next one is tried. The lock
-- lasts until the transaction ends and the slot is visible; the insert checks the slot's latest version. A rollback
-- frees the slot.
-- Called by definer functions only.
create or replace function private.take_rate_slot(a_limit private.rate_limits, caller text) returns private.admission
language plpgsql set search_path = ''
as $$
#variable_conflict use_variable
declare
    v_now timestamptz := clock_timestamp();
    v_free_before timestamptz := v_now - make_interval(secs => a_limit.window_seconds);
    v_taken integer[];
    v_oldest timestamptz;
    v_wait integer;
begin
    select array_agg(s.slot), min(s.taken_at) into v_taken, v_oldest
    from private.rate_slots as s
    where s.caller = take_rate_slot.caller and s.scope = a_limit.scope
        and s.slot <= a_limit.requests and s.taken_at > v_free_before;
    v_taken := coalesce(v_taken, '{}');
    v_wait := greatest(1, ceil(date_part('epoch', coalesce(v_oldest, v_now) - v_free_before)));

    for v_slot in 1 .. a_limit.requests loop
        continue when v_slot = any (v_taken);
        if pg_try_advisory_xact_lock(hashtextextended(a_limit.scope || caller, v_slot)) then
            insert into private.rate_slots as s (caller, scope, slot, taken_at)
            values (caller, a_limit.scope, v_slot, v_now)
            on conflict on constraint rate_slots_pkey do update set taken_at = excluded.taken_at
            where s.taken_at <= v_free_before;
            if found then
                return (true, a_limit.requests, a_limit.requests - cardinality(v_taken) - 1, v_wait);
            end if;
        end if;
    end loop;
    return (false, a_limit.requests, 0, v_wait);
end
$$;
comment on function private.take_rate_slot(private.rate_limits, text) is
'Take one of a caller''s slots, if one is free.';
revoke execute on function private.take_rate_slot(private.rate_limits, text) from public;

-- source: sql/private/platform/limits/take_row_slots.sql
-- Helper. Counts rows that a caller wrote, or refuses them: 413 too_many_rows for more than the limit of a window, 429
-- rate_limited with Retry-After for more than remain.
-- Rows are counted in steps of a sixtieth of the window. A step counts until all of it has left the window, so that no
-- window of that length exceeds the limit. A lock serialises a caller's writes: each waits until the previous one is
-- committed or rolled back, so concurrent writes get exactly the limit.
-- Called by definer functions only.
create or replace function private.take_row_slots(a_limit private.rate_limits, caller text, rows bigint) returns void
language plpgsql set search_path = ''
as $$
declare
    v_window interval := make_interval(secs => a_limit.window_seconds);
    v_step interval := make_interval(secs => greatest(1, a_limit.window_seconds / 60));
    v_now timestamptz;
    v_spent bigint;
    v_wait integer;
begin
    if rows = 0 then
        return;
    elsif rows > a_limit.requests then
        perform private.refuse(
            413, 'too_many_rows',
            format('%s rows are too many: %s may be written in %s s', rows, a_limit.requests, a_limit.window_seconds),
            'Send them in smaller pieces.'
        );
    end if;
    perform pg_advisory_xact_lock(hashtextextended('rows:' || caller, 0));
    v_now := clock_timestamp();
    select coalesce(sum(r.written), 0) into v_spent
    from private.rate_rows as r
    where r.caller = take_row_slots.caller and r.scope = a_limit.scope and r.written_at > v_now - v_window - v_step;
    if v_spent + rows > a_limit.requests then
        select greatest(1, ceil(date_part('epoch', min(s.written_at) + v_step + v_window - v_now))) into v_wait
        from (
            select r.written_at, v_spent - sum(r.written) over (order by r.written_at) as remaining
            from private.rate_rows as r
            where r.caller = take_row_slots.caller and r.scope = a_limit.scope and r.written_at > v_now - v_window - v_step
        ) as s
        where s.remaining + take_row_slots.rows <= a_limit.requests;
        perform private.refuse(
            429, 'rate_limited', format('Too many rows: try again in %s s', v_wait),
            headers => jsonb_build_object('Retry-After', v_wait::text)
        );
    end if;
    insert into private.rate_rows as r (caller, scope, written_at, written)
    values (take_row_slots.caller, a_limit.scope, date_bin(v_step, v_now, 'epoch'), take_row_slots.rows)
    on conflict on constraint rate_rows_pkey do update set written = r.written + excluded.written;
end
$$;
comment on function private.take_row_slots(private.rate_limits, text, bigint) is
'Count rows that a caller wrote, or refuse them.';
revoke execute on function private.take_row_slots(private.rate_limits, text, bigint) from public;

-- source: sql/private/platform/partitions/delete_older_than.sql
-- Helper. Deletes up to `batch` rows of a table that are older than the moment; returns how many. Of an append-only
-- table it deletes none and logs a warning: only whole partitions of it are dropped. Called by private.apply_retention.
create or replace function private.delete_older_than(
    relation regclass, age_column text, moment timestamptz, batch integer
)
returns bigint
language plpgsql set search_path = '' set timezone = 'UTC'
as $$
declare
    v_removed bigint := 0;
begin
    if relation is not null then
        execute format(
            'delete from %1$s where ctid = any(array(select t.ctid from %1$s as t where t.%2$I < $1 limit $2))',
            relation, age_column
        ) using moment, batch;
        get diagnostics v_removed = row_count;
    end if;
    return v_removed;
exception when insufficient_privilege then
    raise warning 'old rows of % cannot be deleted: %', relation, sqlerrm;
    return 0;
end
$$;
comment on function private.delete_older_than(regclass, text, timestamptz, integer) is
'Delete rows of a table that are older than a moment.';
revoke execute on function private.delete_older_than(regclass, text, timestamptz, integer) from public;

-- source: sql/private/platform/partitions/expired_partitions.sql
-- Helper. Returns the range partitions of a table that end at or before the moment, the oldest first.
create or replace function private.expired_partitions(relation regclass, moment timestamptz) returns setof regclass
language sql stable rows 10 set search_path = '' set timezone = 'UTC'
as $$
    select c.oid::regclass
    from pg_catalog.pg_inherits as i
    join pg_catalog.pg_class as c on c.oid = i.inhrelid
    cross join lateral (
        select (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \(''([^'']+)''\)'))[1]::timestamptz as ends
    ) as part
    where i.inhparent = expired_partitions.relation and part.ends <= expired_partitions.moment
    order by part.ends
$$;
comment on function private.expired_partitions(regclass, timestamptz) is
'The partitions of a table that end before a moment.';
revoke execute on function private.expired_partitions(regclass, timestamptz) from public;

-- source: sql/private/platform/partitions/make_partitions.sql
-- Worker. Creates the monthly partitions of interactions and audit_log that are missing, from last month to three
-- months ahead. Runs daily. Rows of a month without a partition go to the default partition.
create or replace function private.make_partitions() returns void
language plpgsql set search_path = ''
as $$
declare
    v_table text;
    v_month date;
    v_part text;
begin
    for v_table, v_month in
        select t, m::date
        from unnest(array['public.interactions', 'private.audit_log']) as t
        cross join generate_series(
            date_trunc('month', now() at time zone 'UTC') - interval '1 month',
            date_trunc('month', now() at time zone 'UTC') + interval '3 months',
            interval '1 month'
        ) as m
    loop
        v_part := format('private.%s_%s', split_part(v_table, '.', 2), to_char(v_month, 'YYYY_MM'));
        continue when to_regclass(v_part) is not null;
        execute format(
            'create table %s partition of %s for values from (%L) to (%L)',
            v_part, v_table, v_month, (v_month + interval '1 month')::date
        );
        if v_table = 'private.audit_log' then
            -- Partitions inherit row triggers but not statement triggers.
            execute format(
                'create trigger append_only_whole before truncate on %s '
                'for each statement execute function private.refuse_change()', v_part
            );
        end if;
    end loop;
end
$$;
comment on function private.make_partitions() is 'Create the missing monthly partitions of interactions and audit_log.';
revoke execute on function private.make_partitions() from public;

-- source: sql/private/platform/queue/delete_jobs_naming.sql
-- Helper. Deletes the jobs that contain one of these ids, except running ones; the index procrastinate_jobs_ids finds
-- them. Called by definer functions only.
-- The search path is the queue's, because the queue's own trigger functions use unqualified names.
create or replace function private.delete_jobs_naming(ids uuid[]) returns void
language sql set search_path = procrastinate
as $$
    delete from procrastinate_jobs as j
    where j.status <> 'doing' and private.ids_of_job(j.args, j.lock, j.queueing_lock) && ids
$$;
comment on function private.delete_jobs_naming(uuid[]) is
'Delete the jobs that contain one of these ids, except running ones.';
revoke execute on function private.delete_jobs_naming(uuid[]) from public;

-- source: sql/private/platform/queue/enqueue.sql
-- Helper. Adds a job to the queue. Does nothing if a job with the same key is waiting.
-- Definer: only workers have privileges on the queue's tables. The search path is the queue's, because the queue's own
-- trigger functions use unqualified names.
create or replace function private.enqueue(queue text, task text, args jsonb, key text default null) returns void
language sql security definer set search_path = procrastinate
as $$
    insert into procrastinate_jobs (queue_name, task_name, args, queueing_lock)
    values (queue, task, args, key)
    on conflict (queueing_lock) where status = 'todo' do nothing
$$;
comment on function private.enqueue(text, text, jsonb, text) is
'Add a job to the queue, unless one with the same key is waiting.';
revoke execute on function private.enqueue(text, text, jsonb, text) from public;

-- source: sql/private/platform/queue/has_running_job.sql
-- Helper. Returns whether a running job contains one of these ids. Called by private.erase_account.
create or replace function private.has_running_job(ids uuid[]) returns boolean
language sql stable set search_path = ''
as $$
    select exists (
        select
        from procrastinate.procrastinate_jobs as j
        where j.status = 'doing' and private.ids_of_job(j.args, j.lock, j.queueing_lock) && ids
    )
$$;
comment on function private.has_running_job(uuid[]) is 'Whether a running job contains one of these ids.';
revoke execute on function private.has_running_job(uuid[]) from public;

-- source: sql/private/platform/quotas/check_file.sql
-- Trigger. Checks size and type of a file against its bucket's limits, whichever way it arrived: Storage itself checks
-- neither when it copies, nor the size of a body without a length. It refuses a cacheControl that cannot be sent as a
-- header. In buckets with quotas it checks name and metadata too. Unchecked are changes of other columns, such as the
-- owner, and rows that private.restore_hidden_files restores for deletion. Raises 42501, to which Storage responds with
-- 403.
-- Definer: clients may not read buckets, quotas and files_to_remove.
create or replace function private.check_file() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_bucket storage.buckets;
    v_type text := lower(btrim(split_part(new.metadata ->> 'mimetype', ';', 1)));
    v_has_quota boolean := exists (select from private.quotas as q where q.resource = new.bucket_id || '.files');
    v_fault text;
begin
    if tg_op = 'UPDATE'
        and (new.bucket_id, new.name, new.metadata, new.user_metadata)
            is not distinct from (old.bucket_id, old.name, old.metadata, old.user_metadata)
        or exists (
            select from private.files_to_remove as f
            where f.bucket_id = new.bucket_id and f.name = new.name and f.version = new.version
        )
    then
        return new;
    end if;
    select b.* into v_bucket from storage.buckets as b where b.id = new.bucket_id;
    if not found then
        return new;
    end if;
    v_fault := case
        when v_has_quota and (
            not private.is_plain_text(new.name, 500) or new.name ~ '(^|/)(\.{0,2})(/|$)' or new.name like '%\\%'
        )
        then 'a file name must have 1 to 500 visible characters, no \ and no segment that is empty, . or ..'
        when v_has_quota and not private.is_small_json(nullif(new.user_metadata, 'null'), 2000)
        then 'metadata must be a JSON object of up to 2,000 bytes'
        when v_has_quota and not private.is_small_json(nullif(new.metadata, 'null'), 2000)
            or coalesce(new.metadata ->> 'cacheControl' !~ '^[ -~]{0,100}$', false)
        then 'cacheControl may have up to 100 ASCII characters'
        when private.file_size(new.metadata) > v_bucket.file_size_limit
        then format('a file in %s may have up to %s bytes', v_bucket.id, v_bucket.file_size_limit)
        when v_type is not null and new.name not like '%/.emptyFolderPlaceholder'
            and cardinality(v_bucket.allowed_mime_types) > 0 and not exists (
            select from unnest(v_bucket.allowed_mime_types) as t (name) where v_type like replace(lower(t.name), '*', '%')
        )
        then format(
            'a file in %s must have one of the types %s', v_bucket.id, array_to_string(v_bucket.allowed_mime_types, ', ')
        )
    end;
    if v_fault is not null then
        raise exception '%', v_fault using errcode = '42501';
    end if;
    return new;
end
$$;
comment on function private.check_file() is 'Trigger. Refuses a file that its bucket does not permit.';
revoke execute on function private.check_file() from public;

-- source: sql/private/platform/quotas/count_files.sql
-- Trigger. Refuses a file if its account would exceed the quota of files or bytes in the bucket. Storage, hosted as
-- well, inserts a trial row before it writes the bytes, and the final row with the size afterwards: the first refuses
-- an account without any room, the second one without enough. Raises 42501, to which Storage responds with 403.
-- Definer: clients may not read or write quota_uses.
create or replace function private.count_files() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_old uuid;
    v_new uuid;
    v_old_size bigint;
    v_new_size bigint;
    v_quota bigint;
begin
    if tg_op <> 'INSERT' then
        v_old := private.file_account(old.bucket_id, old.name, old.owner_id);
        v_old_size := private.file_size(old.metadata);
    end if;
    if tg_op <> 'DELETE' then
        v_new := private.file_account(new.bucket_id, new.name, new.owner_id);
        v_new_size := private.file_size(new.metadata);
    end if;
    if tg_op = 'UPDATE' and v_old = v_new and old.bucket_id = new.bucket_id and v_old_size = v_new_size then
        return null;
    end if;
    if v_old is not null then
        perform private.use_quota(v_old, old.bucket_id || '.files', -1);
        perform private.use_quota(v_old, old.bucket_id || '.bytes', -v_old_size);
    end if;
    if v_new is not null then
        v_quota := private.use_quota(v_new, new.bucket_id || '.files', 1);
        if v_quota is not null then
            raise exception 'this account may have up to % files in %', v_quota, new.bucket_id using errcode = '42501';
        end if;
        v_quota := private.use_quota(v_new, new.bucket_id || '.bytes', v_new_size);
        if v_quota is not null then
            raise exception 'this account may have up to % bytes in %', v_quota, new.bucket_id using errcode = '42501';
        end if;
    end if;
    return null;
end
$$;
comment on function private.count_files() is 'Trigger. Refuses files beyond the account''s quota.';
revoke execute on function private.count_files() from public;

-- source: sql/private/platform/quotas/file_account.sql
-- Helper. Returns the account whose quota a file uses: in avatars and speech the one of its folder, else the uploader;
-- null for a file of the service.
create or replace function private.file_account(bucket_id text, name text, owner_id text) returns uuid
language sql immutable set search_path = ''
as $$
    select private.as_uuid(case when bucket_id in ('avatars', 'speech') then split_part(name, '/', 1) else owner_id end)
$$;
comment on function private.file_account(text, text, text) is 'The account whose quota a file uses.';
revoke execute on function private.file_account(text, text, text) from public;

-- source: sql/private/platform/quotas/file_size.sql
-- Helper. Returns the size of a file in bytes by its row's metadata; 0 if it is not known yet.
create or replace function private.file_size(metadata jsonb) returns bigint
language sql immutable set search_path = ''
as $$
    select case
        when jsonb_typeof(metadata -> 'size') = 'number' then greatest((metadata ->> 'size')::numeric, 0)::bigint
        else 0
    end
$$;
comment on function private.file_size(jsonb) is 'The size of a file in bytes; 0 if it is not known yet.';
revoke execute on function private.file_size(jsonb) from public;

-- source: sql/private/platform/quotas/limit_consents.sql
-- Trigger. Refuses consents beyond the account's quota. Raises PT409.
-- Definer: clients may not read or write quota_uses.
create or replace function private.limit_consents() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.refuse_over_quota(private.use_quota(c.account_id, 'consents', c.added), 'consents', 'consents')
    from (
        select r.account_id, count(*) as added from changed_rows as r group by r.account_id order by r.account_id
    ) as c;
    return null;
end
$$;
comment on function private.limit_consents() is 'Trigger. Refuses consents beyond the account''s quota.';
revoke execute on function private.limit_consents() from public;

-- source: sql/private/platform/quotas/quota_of.sql
-- Helper. Returns an account's quota of a resource; null: no quota. Called by definer functions.
create or replace function private.quota_of(account_id uuid, resource text) returns bigint
language sql stable set search_path = ''
as $$
    select case when u.is_anonymous then q.anonymous_amount else q.amount end
    from private.quotas as q
    left join auth.users as u on u.id = quota_of.account_id
    where q.resource = quota_of.resource
$$;
comment on function private.quota_of(uuid, text) is 'An account''s quota of a resource; null: none.';
revoke execute on function private.quota_of(uuid, text) from public;

-- source: sql/private/platform/quotas/refuse_over_quota.sql
-- Helper. Raises PT409 if `quota`, the result of private.use_quota, is not null. Called by definer functions.
--   words  the unit in the message
create or replace function private.refuse_over_quota(quota bigint, resource text, words text) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if quota is not null then
        raise exception 'an account may have up to % %', quota, words
            using errcode = 'PT409',
            detail = jsonb_build_object('limit', quota, 'resource', resource)::text;
    end if;
end
$$;
comment on function private.refuse_over_quota(bigint, text, text) is 'Raise an error for rows beyond a quota.';
revoke execute on function private.refuse_over_quota(bigint, text, text) from public;

-- source: sql/private/platform/quotas/use_quota.sql
-- Helper. Adds `amount`, which may be negative, to an account's use of a resource. Returns the quota if the use now
-- exceeds it, else null; the caller raises the error. The row lock serialises concurrent calls, so the quota is exact.
-- Without an account or a quota nothing is counted. Called by definer functions.
create or replace function private.use_quota(
    account_id uuid, resource text, amount bigint, since date default '2000-01-01'
)
returns bigint
language plpgsql set search_path = ''
as $$
#variable_conflict use_variable
declare
    v_used bigint;
    v_quota bigint;
begin
    insert into private.quota_uses as u (account_id, resource, since, used)
    select a.id, q.resource, use_quota.since, greatest(use_quota.amount, 0)
    from public.accounts as a
    join private.quotas as q on q.resource = use_quota.resource
    where a.id = use_quota.account_id
    on conflict on constraint quota_uses_pkey do update set used = greatest(u.used + use_quota.amount, 0)
    returning u.used into v_used;
    if v_used is null or amount <= 0 then
        return null;
    end if;
    v_quota := private.quota_of(account_id, resource);
    return case when v_used > v_quota then v_quota end;
end
$$;
comment on function private.use_quota(uuid, text, bigint, date) is
'Add to an account''s use of a resource; returns the quota if exceeded.';
revoke execute on function private.use_quota(uuid, text, bigint, date) from public;

-- source: sql/private/platform/request/as_uuid.sql
-- Helper. Converts a text to a UUID; null if it is invalid. Never raises.
-- PL/pgSQL, because the planner would fold the cast of a constant in an SQL function before the check.
create or replace function private.as_uuid(value text) returns uuid
language plpgsql stable set search_path = ''
as $$
begin
    if pg_input_is_valid(value, 'uuid') then
        return value;
    end if;
    return null;
end
$$;
comment on function private.as_uuid(text) is 'A text as a UUID; null if it is invalid.';
revoke execute on function private.as_uuid(text) from public;
grant execute on function private.as_uuid(text) to anon, authenticated, service_role;

-- source: sql/private/platform/request/caller_id.sql
-- Helper. Returns the caller's user id; null for anon, the service and a token whose subject is no UUID. Never raises,
-- unlike auth.uid().
create or replace function private.caller_id() returns uuid
language sql stable set search_path = ''
as $$
    select private.as_uuid(auth.jwt() ->> 'sub')
$$;
comment on function private.caller_id() is 'The caller''s user id; null if there is none.';
revoke execute on function private.caller_id() from public;
grant execute on function private.caller_id() to anon, authenticated, service_role;

-- source: sql/private/platform/request/current_address.sql
-- Helper. Returns the IP address of the request: Cloudflare's cf-connecting-ip, which a client cannot set, else the
-- last hop of x-forwarded-for, which the gateway wrote; null if neither is an address. Never raises.
create or replace function private.current_address() returns text
language sql stable set search_path = ''
as $$
    select host(a.address::inet)
    from (
        values
        (1, btrim(private.request_header('cf-connecting-ip'))),
        (2, btrim(split_part(private.request_header('x-forwarded-for'), ',', -1)))
    ) as a (place, address)
    where pg_input_is_valid(a.address, 'inet')
    order by a.place
    limit 1
$$;
comment on function private.current_address() is 'The IP address of the request; null if unknown.';
revoke execute on function private.current_address() from public;
grant execute on function private.current_address() to anon, authenticated, service_role;

-- source: sql/private/platform/request/current_network.sql
-- Helper. Returns the key by which requests without a user are counted: the IPv4 address, or the /64 network of an IPv6
-- address because one customer owns all of it; unknown without an address. Never raises.
create or replace function private.current_network() returns text
language sql stable set search_path = ''
as $$
    select coalesce(network(set_masklen(a.address, case family(a.address) when 4 then 32 else 64 end))::text, 'unknown')
    from (select private.current_address()::inet as address) as a
$$;
comment on function private.current_network() is 'The network of the request; the text unknown without an address.';
revoke execute on function private.current_network() from public;

-- source: sql/private/platform/request/is_service.sql
-- Helper. Returns whether the caller is the service: service_role through the API, or a direct connection such as a
-- worker's as postgres. Never raises.
create or replace function private.is_service() returns boolean
language sql stable set search_path = ''
as $$
    select case current_setting('role', true)
        when 'service_role' then true
        when 'postgres' then true
        when 'none' then session_user <> 'authenticator'
        else false
    end
$$;
comment on function private.is_service() is 'Whether the caller is the service.';
revoke execute on function private.is_service() from public;
grant execute on function private.is_service() to anon, authenticated, service_role;

-- source: sql/private/platform/request/refuse.sql
-- Helper. Raises an error with an HTTP status, a code of this API and headers, in PostgREST's JSON form (SQLSTATE
-- PGRST).
create or replace function private.refuse(
    status integer, code text, message text, hint text default null, headers jsonb default '{}'
)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
    raise sqlstate 'PGRST' using
        message = jsonb_build_object('code', code, 'message', message, 'details', null, 'hint', hint)::text,
        detail = jsonb_build_object('status', status, 'headers', headers)::text;
end
$$;
comment on function private.refuse(integer, text, text, text, jsonb) is
'Raise an error with an HTTP status and a code.';
revoke execute on function private.refuse(integer, text, text, text, jsonb) from public;
grant execute on function private.refuse(integer, text, text, text, jsonb) to anon, authenticated, service_role;

-- source: sql/private/platform/request/session_id.sql
-- Helper. Returns the id of the caller's session from the access token; null for anon, the service, and a token without
-- one. Never raises.
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
comment on function private.session_id() is 'The id of the caller''s session; null if there is none.';
revoke execute on function private.session_id() from public;
grant execute on function private.session_id() to anon, authenticated, service_role;

-- source: sql/private/platform/request/set_response_status.sql
-- Helper. Sets the HTTP status of the response, and Retry-After, without raising: the transaction is committed and
-- keeps its writes, such as counted attempts. Other errors are raised (private.refuse).
-- Use it only in functions that return void. PostgREST applies the client's `select` and filters to the result in the
-- same statement, so a cast or pattern that fails for some values only lets the client choose which writes are kept.
create or replace function private.set_response_status(status integer, retry_after integer default null) returns void
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
end
$$;
comment on function private.set_response_status(integer, integer) is
'Set the response''s status and keep the transaction''s writes.';
revoke execute on function private.set_response_status(integer, integer) from public;

-- source: sql/private/platform/validation/check_form.sql
-- Helper. Raises 22023 if the value does not match the regular expression `form`, such as the one of a country code.
-- Null is accepted. `field` and `example` appear in the message.
create or replace function private.check_form(field text, value text, form text, example text) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if value !~ form then
        raise exception '% must be a code such as %, not %', field, example, left(value, 40)
            using errcode = '22023', detail = jsonb_build_object('field', field)::text;
    end if;
end
$$;
comment on function private.check_form(text, text, text, text) is
'Raise an error if a value does not have the form of its field.';
revoke execute on function private.check_form(text, text, text, text) from public;
grant execute on function private.check_form(text, text, text, text) to anon, authenticated, service_role;

-- source: sql/private/platform/validation/check_length.sql
-- Helper. Raises 22023, naming the field, if the text has more characters than permitted.
create or replace function private.check_length(field text, value text, most integer) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if length(value) > most then
        raise exception '% may have up to % characters', field, most
            using errcode = '22023', detail = jsonb_build_object('field', field, 'max', most)::text;
    end if;
end
$$;
comment on function private.check_length(text, text, integer) is 'Raise an error if a text is too long.';
revoke execute on function private.check_length(text, text, integer) from public;
grant execute on function private.check_length(text, text, integer) to anon, authenticated, service_role;

-- source: sql/private/platform/validation/check_range.sql
-- Helper. Raises 22023, naming the field and the range, unless the value is between low and high, both included. Null
-- is refused.
create or replace function private.check_range(
    field text, value double precision, low double precision, high double precision
)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if value between low and high then
        return;
    end if;
    raise exception '% must be between % and %', field, low, high
        using errcode = '22023', detail = jsonb_build_object('field', field, 'min', low, 'max', high)::text;
end
$$;
comment on function private.check_range(text, double precision, double precision, double precision) is
'Raise an error if a number is outside its range.';
revoke execute on function private.check_range(text, double precision, double precision, double precision) from public;
grant execute on function private.check_range(text, double precision, double precision, double precision)
to anon, authenticated, service_role;

-- source: sql/private/platform/validation/is_reserved.sql
-- Helper. Returns whether the name looks like a name of the service: a reserved name, in the plural and with digits or
-- separators after it too; a name of reserved words alone, such as Support Team; or one that contains the service's own
-- name. Null for null. Texts longer than a name are not compared, since that takes time by length; left() keeps the
-- planner from computing their skeletons in advance.
-- Definer: clients may not read reserved_names.
create or replace function private.is_reserved(name text) returns boolean
language sql stable security definer set search_path = ''
as $$
    with reserved as materialized (
        select private.confusable_form(r.name) as skeleton from private.reserved_names as r
    ), looks as (
        select w.skeleton from private.confusable_form(left(is_reserved.name, 100)) as w (skeleton)
        union all
        select private.confusable_form(regexp_replace(left(is_reserved.name, 100), '[0-9_ .-]+$', ''))
    ), words as (
        select private.confusable_form(w.word) as skeleton
        from regexp_split_to_table(
            left(is_reserved.name, 100), '[[:space:]_.,:;/|()<>{}+*~&#-]+|\[|\]'
        ) as w (word)
    )
    select
        strpos(private.confusable_form(left(is_reserved.name, 100)), private.confusable_form('cinefluent')) > 0
        or exists (
            select from looks as l join reserved as r on r.skeleton in (l.skeleton, regexp_replace(l.skeleton, 's$', ''))
        )
        or (
            select coalesce(
                bool_or(r.skeleton is not null)
                and bool_and(r.skeleton is not null or w.skeleton in ('the', 'of', 'for', 'and', 'desk', 'department')),
                false
            )
            from words as w
            left join reserved as r on r.skeleton in (w.skeleton, regexp_replace(w.skeleton, 's$', ''))
            where w.skeleton !~ '^[0-9]*$'
        )
    where length(is_reserved.name) <= 100
    union all
    select false where length(is_reserved.name) > 100
$$;
comment on function private.is_reserved(text) is 'Whether the name looks like a name of the service.';
revoke execute on function private.is_reserved(text) from public;
grant execute on function private.is_reserved(text) to authenticated, service_role;

-- source: sql/private/privacy/consents/check_consent.sql
-- Helper. Raises 22023, naming the parameter, for an unknown purpose, a missing `granted`, or a version that is not 1
-- to 50 characters of plain text.
create or replace function private.check_consent(purpose text, granted boolean, version text) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_field text := case
        when purpose is null then 'purpose'
        when not exists (select from public.consent_purposes as p where p.purpose = check_consent.purpose) then 'purpose'
        when granted is null then 'granted'
        when not coalesce(private.is_plain_text(btrim(version), 50), false) then 'version'
    end;
begin
    if v_field is not null then
        raise exception 'a consent needs a known purpose, granted, and a version of 1 to 50 characters'
            using errcode = '22023', detail = jsonb_build_object('field', v_field)::text,
            hint = 'The purposes are in consent_purposes.';
    end if;
end
$$;
comment on function private.check_consent(text, boolean, text) is
'Raise an error for a consent that cannot be recorded.';
revoke execute on function private.check_consent(text, boolean, text) from public;
grant execute on function private.check_consent(text, boolean, text) to authenticated, service_role;

-- source: sql/private/privacy/erasure/cancel_deletion.sql
-- Helper. Cancels the deletion of the caller's account. Returns whether one was scheduled and not yet due. Raises 42501
-- without an account, 403 kids_mode, PT409 beyond the quota of cancellations in a month: each one writes two entries of
-- the audit log.
-- Definer: clients may write neither account_deletions nor accounts.status.
create or replace function private.cancel_deletion() returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
    v_account uuid := private.check_account();
begin
    delete from public.account_deletions as d where d.account_id = v_account and d.due_at > now();
    if not found then
        return false;
    end if;
    perform private.refuse_over_quota(
        private.use_quota(v_account, 'deletions_cancelled', 1, date_trunc('month', now(), 'UTC')::date),
        'deletions_cancelled', 'deletions taken back a month'
    );
    update public.accounts as a set status = 'active' where a.id = v_account and a.status = 'deleting';
    perform private.audit('account.deletion_cancelled', 'account', v_account::text, null, null);
    return true;
end
$$;
comment on function private.cancel_deletion() is 'Cancel the deletion of the caller''s account.';
revoke execute on function private.cancel_deletion() from public;
grant execute on function private.cancel_deletion() to authenticated;

-- source: sql/private/privacy/erasure/delete_user_rows.sql
-- Helper. Deletes a user's rows that foreign-key cascades do not reach, starting with the tables farthest from
-- auth.users, the user's files (private.hide_files), and the jobs that contain the user's ids.
-- Warns of tables from which it may not delete.
--   user_id     the user
--   keeps_user  whether the row of auth.users remains, as after a soft deletion: then rows that would be deleted by
--               cascade are deleted too, except identities, which private.delete_user_data clears
-- Called by definer functions only.
create or replace function private.delete_user_rows(user_id uuid, keeps_user boolean) returns void
language plpgsql set search_path = ''
as $$
declare
    v_ids uuid[] := private.ids_of_account(user_id);
    v_table private.personal_table;
begin
    -- Lock in the same order as private.refresh_user_similarity, which avoids deadlocks.
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
        order by p.depth desc
    loop
        if not has_table_privilege(v_table.relation, 'delete') then
            raise warning 'rows of a deleted user may remain in %: % may not delete them',
                v_table.relation, current_user;
            continue;
        end if;
        execute format('delete from %s where %s', v_table.relation, v_table.owned) using user_id;
    end loop;
    perform private.hide_files(user_id);
    perform private.delete_jobs_naming(v_ids);
end
$$;
comment on function private.delete_user_rows(uuid, boolean) is
'Delete a user''s rows that cascades do not reach, files and jobs.';
revoke execute on function private.delete_user_rows(uuid, boolean) from public;

-- source: sql/private/privacy/erasure/erase_account.sql
-- Worker. Erases an account whose deletion is due, in one transaction: it deletes the auth user, triggers and cascades
-- delete all personal rows, and ratings remain under new pseudonyms. The audit log records the account's id. Returns
-- whether the deletion was due. Raises 55006 while a job runs for the account or personal files of it exist: retry
-- later.
create or replace function private.erase_account(account_id uuid) returns boolean
language plpgsql set search_path = ''
as $$
begin
    perform
    from public.account_deletions as d
    where d.account_id = erase_account.account_id and d.due_at <= now()
    for update;
    if not found then
        return false;
    end if;
    if private.has_running_job(private.ids_of_account(account_id)) then
        raise exception 'a job runs for the account' using errcode = '55006', hint = 'Try again when it has ended.';
    end if;
    if exists (select from private.personal_files(account_id)) then
        raise exception 'the account has files'
            using errcode = '55006', hint = 'Delete them through Storage, which keeps rows and files together.';
    end if;
    perform private.clear_file_owner(account_id);
    delete from auth.users as u where u.id = erase_account.account_id;
    perform private.audit('account.erased', 'account', account_id::text, null, null);
    return true;
end
$$;
comment on function private.erase_account(uuid) is 'Erase an account whose deletion is due.';
revoke execute on function private.erase_account(uuid) from public;

-- source: sql/private/privacy/erasure/ids_of_account.sql
-- Helper. Returns the ids by which jobs refer to an account: its own, those of its profiles and of their raters. Called
-- by definer functions only.
create or replace function private.ids_of_account(account_id uuid) returns uuid[]
language sql stable set search_path = ''
as $$
    select array[ids_of_account.account_id] || array(
        select i.id
        from public.profiles as p
        left join public.raters as r on r.profile_id = p.id
        cross join lateral (values (p.id), (r.id)) as i (id)
        where p.account_id = ids_of_account.account_id and i.id is not null
    )
$$;
comment on function private.ids_of_account(uuid) is 'The ids by which jobs refer to an account.';
revoke execute on function private.ids_of_account(uuid) from public;

-- source: sql/private/privacy/erasure/request_deletion.sql
-- Helper. Schedules the erasure of the caller's account after the grace period and returns when it is due; a repeated
-- request keeps the first date. Raises 42501 without an account, 403 kids_mode.
-- Definer: clients may write neither account_deletions nor accounts.status.
create or replace function private.request_deletion() returns timestamptz
language plpgsql security definer set search_path = ''
as $$
declare
    v_account uuid := private.check_account();
begin
    insert into public.account_deletions (account_id, requested_at, due_at)
    values (v_account, now(), now() + (select p.length from private.periods as p where p.name = 'deletion_grace'))
    on conflict do nothing;
    if found then
        update public.accounts as a set status = 'deleting' where a.id = v_account and a.status = 'active';
        perform private.audit('account.deletion_requested', 'account', v_account::text, null, null);
    end if;
    return (select d.due_at from public.account_deletions as d where d.account_id = v_account);
end
$$;
comment on function private.request_deletion() is 'Schedule the erasure of the caller''s account.';
revoke execute on function private.request_deletion() from public;
grant execute on function private.request_deletion() to authenticated;

-- source: sql/private/privacy/export/column_list.sql
-- Helper. Returns the column names quoted for SQL and separated by commas, such as a, "b c"; with the alias before each
-- if one is given.
create or replace function private.column_list(columns text[], alias text default null) returns text
language sql immutable set search_path = ''
as $$
    select string_agg(coalesce(quote_ident(column_list.alias) || '.', '') || quote_ident(c.name), ', ' order by c.place)
    from unnest(column_list.columns) with ordinality as c (name, place)
$$;
comment on function private.column_list(text[], text) is 'Column names, quoted and separated by commas.';
revoke execute on function private.column_list(text[], text) from public;

-- source: sql/private/privacy/export/export_own_rows.sql
-- Helper. Returns all rows that belong to the caller, as private.rows_of_account. Raises 42501 without an account, 403
-- kids_mode.
-- Definer: some of the rows, such as roles and sessions, are in tables that no client may read.
create or replace function private.export_own_rows() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return private.rows_of_account(private.check_account());
end
$$;
comment on function private.export_own_rows() is 'All rows that belong to the caller.';
revoke execute on function private.export_own_rows() from public;
grant execute on function private.export_own_rows() to authenticated;

-- source: sql/private/privacy/export/foreign_key.sql
-- Helper. Returns the columns of a foreign key and the columns they refer to, in the same order.
create or replace function private.foreign_key(constraint_id oid, out columns text[], out referenced text[])
language sql stable set search_path = ''
as $$
    select
        array_agg(a.attname::text order by k.place),
        array_agg(f.attname::text order by k.place)
    from pg_catalog.pg_constraint as c
    cross join lateral unnest(c.conkey, c.confkey) with ordinality as k (attnum, referenced, place)
    join pg_catalog.pg_attribute as a on a.attrelid = c.conrelid and a.attnum = k.attnum
    join pg_catalog.pg_attribute as f on f.attrelid = c.confrelid and f.attnum = k.referenced
    where c.oid = foreign_key.constraint_id
$$;
comment on function private.foreign_key(oid) is 'The columns of a foreign key and those they refer to.';
revoke execute on function private.foreign_key(oid) from public;

-- source: sql/private/privacy/export/hidden_columns.sql
-- Helper. Returns an SQL expression, a text[] of the columns that an export omits from a row t; $1 is the user's id.
-- These are columns that the inventory does not export, and columns that refer to rows of other people.
--   personal  the table
--   people    all tables with rows of people, from private.personal_tables
-- Called by definer functions only.
create or replace function private.hidden_columns(personal private.personal_table, people private.personal_table[])
returns text
language sql stable set search_path = ''
as $$
    with columns_left_out as (
        select quote_literal(array_agg(a.attname::text)) || '::text[]' as expression
        from pg_catalog.pg_attribute as a
        where
            a.attrelid = (personal).relation
            and a.attnum > 0
            and a.attname <> all ((personal).exported_columns)
    ), columns_of_others as (
        select format(
            'case when (%1$s) is null or (%1$s) in (select %2$s from %3$s where %4$s) '
            'then ''{}''::text[] else %5$L::text[] end',
            private.column_list(f.columns, 't'), private.column_list(f.referenced), k.confrelid::regclass, p.owned,
            array(
                select c.name from unnest(f.columns) as c (name) where c.name <> all ((personal).owner_columns)
            )
        ) as expression
        from pg_catalog.pg_constraint as k
        cross join lateral private.foreign_key(k.oid) as f
        join unnest(hidden_columns.people) as p on p.relation = k.confrelid
        where
            k.conrelid = (personal).relation
            and k.contype = 'f'
            and not f.columns <@ (personal).owner_columns
    )
    select coalesce(string_agg(e.expression, ' || '), '''{}''::text[]')
    from (
        select l.expression from columns_left_out as l
        union all
        select o.expression from columns_of_others as o
    ) as e
$$;
comment on function private.hidden_columns(private.personal_table, private.personal_table[]) is
'SQL for the columns that an export omits from a table''s rows.';
revoke execute on function private.hidden_columns(private.personal_table, private.personal_table[]) from public;

-- source: sql/private/privacy/export/personal_tables.sql
-- Helper. Returns every table with rows of people and how to find those of one user. Found from the catalogue: tables
-- from which foreign keys lead to auth.users, by the shortest path, and tables whose owners private.data_inventory
-- defines. A table that the inventory does not list is treated as personal; of such a table outside public and private,
-- which may contain secrets, only the columns of private.plain_columns are exported. If it is outside auth and storage
-- too, its rows are deleted only with a foreign key that says ON DELETE CASCADE: it can be an operator's own table,
-- whose key with SET NULL or RESTRICT says that the rows remain. on_erasure is `keep` then, also for the tables that
-- refer to it. Partitions are reached through their table. Called by definer functions and checks only.
create or replace function private.personal_tables() returns setof private.personal_table
language sql stable rows 30 set search_path = ''
as $$
    with recursive tables as (
        select c.oid, n.nspname, c.relname, i.owner_columns, i.owner_ids,
            case
                when i.table_name is null and n.nspname not in ('public', 'private') then private.plain_columns(c.oid)
                else i.exported_columns
            end as exported_columns,
            i.on_erasure,
            i.table_name is null and n.nspname not in ('public', 'private', 'auth', 'storage') as is_foreign
        from pg_catalog.pg_class as c
        join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
        left join private.data_inventory as i on i.schema_name = n.nspname and i.table_name = c.relname
        where
            c.relkind in ('r', 'p')
            and not c.relispartition
            and coalesce(i.is_personal, true)
            and n.nspname !~ '^(pg_|information_schema)'
    ), links as (
        select
            k.conrelid, k.confrelid, k.confdeltype = 'c' as is_cascade,
            t.is_foreign and k.confdeltype <> 'c' as is_kept, f.columns, f.referenced, k.conkey
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
            null::smallint[] as conkey, '{}'::text[] as columns, false as goes_with_owner,
            false as is_kept, array[t.oid] as way
        from tables as t
        where t.owner_ids is not null or t.oid = 'auth.users'::regclass
        union all
        select
            l.conrelid, w.depth + 1,
            format(
                '(%s) in (select %s from %s where %s)',
                private.column_list(l.columns), private.column_list(l.referenced), l.confrelid::regclass, w.owned
            ),
            l.conkey, l.columns, l.is_cascade, w.is_kept or l.is_kept, w.way || l.conrelid
        from walk as w
        join links as l on l.confrelid = w.oid and l.conrelid <> all (w.way)
    ), nearest as (
        select distinct on (w.oid) w.* from walk as w order by w.oid, w.depth, w.is_kept, w.conkey
    )
    select
        n.oid::regclass, t.nspname::text, t.relname::text, n.depth, n.owned, n.columns,
        n.goes_with_owner, t.exported_columns,
        coalesce(t.on_erasure, case when n.is_kept then 'keep' else 'delete' end)
    from nearest as n
    join tables as t on t.oid = n.oid
    order by n.depth, t.nspname = 'public' desc, t.nspname, t.relname
$$;
comment on function private.personal_tables() is 'Tables with rows of people, and how to find a user''s rows.';
revoke execute on function private.personal_tables() from public;

-- source: sql/private/privacy/export/plain_columns.sql
-- Helper. Returns the columns of an unlisted platform table that cannot contain secrets: times, dates, booleans, enums
-- and the id. Never empty, because an empty list would exclude the table: each row is then exported as an empty object.
-- Called by definer functions only.
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
comment on function private.plain_columns(regclass) is 'The columns of a table that cannot contain secrets.';
revoke execute on function private.plain_columns(regclass) from public;

-- source: sql/private/privacy/export/rows_of_account.sql
-- Helper. Returns all rows that belong to an account as {"table": [row, …]}; table names outside public include their
-- schema. Called by definer functions only.
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

-- source: sql/private/privacy/export/unlisted_tables.sql
-- Helper. Returns the tables that lead to people and that private.data_inventory does not list, such as those of a
-- later version of Auth. `make drift` reports them, and an operator adds a row for each. Until then their rows are
-- exported by the columns of private.plain_columns, and erased unless private.personal_tables keeps them.
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
comment on function private.unlisted_tables() is 'Tables with rows of people that the inventory does not list.';
revoke execute on function private.unlisted_tables() from public;

-- source: sql/private/privacy/files/clear_file_owner.sql
-- Helper. Clears the owner of an account's files that remain, such as uploaded artwork. Called by definer functions and
-- workers.
create or replace function private.clear_file_owner(account_id uuid) returns void
language plpgsql set search_path = ''
as $$
begin
    if to_regclass('storage.objects') is not null then
        execute 'update storage.objects set owner = null, owner_id = null where owner_id = $1::text' using account_id;
    end if;
end
$$;
comment on function private.clear_file_owner(uuid) is 'Clear the owner of an account''s files that remain.';
revoke execute on function private.clear_file_owner(uuid) from public;

-- source: sql/private/privacy/files/forget_deleted_files.sql
-- Worker. After Storage was called: deletes from private.files_to_remove the files whose rows Storage deleted, and
-- deletes the restored rows of the others again, so that they stay unreadable. Returns how many of the given files
-- remain.
--   bucket_ids, names  the files that private.restore_hidden_files returned
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
comment on function private.forget_deleted_files(text[], text[]) is
'Clear files that Storage deleted from files_to_remove.';
revoke execute on function private.forget_deleted_files(text[], text[]) from public;

-- source: sql/private/privacy/files/hide_files.sql
-- Helper. Makes a deleted user's files in avatars, portraits and speech unreadable: deletes their rows and lists them
-- in private.files_to_remove, from which a job deletes the bytes through Storage. Other files, such as artwork, remain
-- without an owner. Called by definer functions only.
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
        -- Storage's trigger refuses to delete rows whose bytes would remain; files_to_remove keeps track of those.
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
comment on function private.hide_files(uuid) is 'Hide a deleted user''s files and list them for deletion.';
revoke execute on function private.hide_files(uuid) from public;

-- source: sql/private/privacy/files/orphan_files.sql
-- Worker. Returns up to `batch` files in avatars, portraits and speech whose user, by folder and by owner, does not
-- exist: uploads that ran while the user was deleted. Only files that are at least an hour old.
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
comment on function private.orphan_files(integer) is 'Files whose user does not exist.';
revoke execute on function private.orphan_files(integer) from public;

-- source: sql/private/privacy/files/personal_files.sql
-- Worker. Returns the files that belong to an account alone: avatars, portraits and recordings of speech. Empty where
-- Storage is not installed.
create or replace function private.personal_files(account_id uuid) returns table (bucket_id text, name text)
language plpgsql stable set search_path = ''
as $$
begin
    if to_regclass('storage.objects') is not null then
        return query execute
            'select o.bucket_id, o.name from storage.objects as o '
            'where o.bucket_id in (''avatars'', ''portraits'', ''speech'') and $1::text in (o.owner_id, split_part(o.name, ''/'', 1)) '
            'order by o.bucket_id, o.name'
            using account_id;
    end if;
end
$$;
comment on function private.personal_files(uuid) is 'The files that belong to an account alone.';
revoke execute on function private.personal_files(uuid) from public;

-- source: sql/private/privacy/files/restore_hidden_files.sql
-- Worker. Restores the rows in storage.objects of up to `batch` files in private.files_to_remove, and returns them,
-- because Storage deletes bytes only by their row. Files that were not tried yet come first, then those whose last
-- attempt is longest ago; files of a bucket that does not exist are skipped. After calling Storage, call
-- private.forget_deleted_files, whatever Storage responded.
--   tried_before  the start of the run: files that were tried since are not returned again
create or replace function private.restore_hidden_files(
    batch integer default 100, tried_before timestamptz default 'infinity'
)
returns table (bucket_id text, name text)
language plpgsql rows 100 set search_path = ''
as $$
declare
    v_files private.files_to_remove[];
begin
    if not exists (select from private.files_to_remove) then
        return;
    end if;
    execute
        'with taken as ('
        'select f.bucket_id, f.name from private.files_to_remove as f '
        'where coalesce(f.tried_at, ''-infinity'') < $2 '
        'and exists (select from storage.buckets as b where b.id = f.bucket_id) '
        'order by f.tried_at nulls first, f.noted_at, f.bucket_id, f.name limit $1'
        '), tried as ('
        'update private.files_to_remove as f set tried_at = clock_timestamp() from taken as t '
        'where f.bucket_id = t.bucket_id and f.name = t.name returning f'
        ') select array_agg(t.f) from tried as t'
        into v_files using batch, tried_before;
    execute
        'insert into storage.objects (bucket_id, name, version) '
        'select f.bucket_id, f.name, f.version from unnest($1) as f on conflict do nothing'
        using v_files;
    return query select f.bucket_id, f.name from unnest(v_files) as f order by f.bucket_id, f.name;
end
$$;
comment on function private.restore_hidden_files(integer, timestamptz) is
'Restore the rows of files to remove, for Storage to delete them.';
revoke execute on function private.restore_hidden_files(integer, timestamptz) from public;

-- source: sql/private/privacy/retention/apply_retention.sql
-- Worker. Deletes rows that are older than their retention in private.data_inventory: up to `batch` rows of each table.
-- Of a table partitioned by month it drops partitions whose rows are all older, and deletes such rows of the default
-- partition. Returns a row per table with the number of deleted rows. Each call is one transaction: repeat it until it
-- returns nothing. Tables of schema realtime are excluded: Realtime drops its own daily partitions.
--   batch  how many rows of a table at most
create or replace function private.apply_retention(batch integer default 10000)
returns table (relation text, removed bigint)
language plpgsql rows 10 set search_path = '' set timezone = 'UTC' set lock_timeout = '5s'
as $$
declare
    v_kept record;
    v_part regclass;
begin
    for v_kept in
        select c.oid::regclass as name, c.relkind = 'p' as is_by_month, i.retention_column, now() - i.retention as until
        from private.data_inventory as i
        join pg_catalog.pg_namespace as n on n.nspname = i.schema_name
        join pg_catalog.pg_class as c on c.relnamespace = n.oid and c.relname = i.table_name
        where i.retention is not null and i.schema_name <> 'realtime' and c.relkind in ('r', 'p')
        order by i.schema_name, i.table_name
    loop
        v_part := v_kept.name;
        if v_kept.is_by_month then
            for v_part in select private.expired_partitions(v_kept.name, v_kept.until) loop
                relation := v_part;
                execute format('select count(*) from %s', v_part) into removed;
                execute format('drop table %s', v_part);
                return next;
            end loop;
            select nullif(t.partdefid, 0)::regclass into v_part
            from pg_catalog.pg_partitioned_table as t
            where t.partrelid = v_kept.name;
        end if;
        relation := v_part;
        removed := private.delete_older_than(v_part, v_kept.retention_column, v_kept.until, batch);
        if removed > 0 then
            return next;
        end if;
    end loop;
end
$$;
comment on function private.apply_retention(integer) is 'Delete rows that are older than their retention.';
revoke execute on function private.apply_retention(integer) from public;

-- source: sql/private/platform/request/request_header.sql
-- Helper. Returns a header of the current request by its lower-case name; null if it was not sent or there is no
-- request. Never raises.
create or replace function private.request_header(name text) returns text
language sql stable
return nullif(current_setting('request.headers', true), '')::json ->> name;
comment on function private.request_header(text) is 'A header of the request; null if it was not sent.';
revoke execute on function private.request_header(text) from public;
grant execute on function private.request_header(text) to anon, authenticated, service_role;

-- source: sql/private/platform/validation/confusable_form.sql
-- Helper. Reduces a name to its visual form, ignoring differences of look-alike letters of other scripts, full-width
-- and mathematical letters, accents, case, digits used as letters, and separators. Two names with the same skeleton can
-- be mistaken for each other (after Unicode Technical Standard 39, limited to characters that commonly imitate names).
create or replace function private.confusable_form(name text) returns text
language sql immutable parallel safe
return replace(
    replace(
        regexp_replace(
            lower(
                translate(
                    regexp_replace(normalize(normalize(name, nfkc), nfd), '[\u0300-\u036f]', '', 'g'),
                    -- Cyrillic, Greek, Armenian, other Latin, Lisu, Cherokee, letters in circles, squares and flags,
                    -- digits and signs; i, I, 1 and l become l.
                    'АВЕКМНОРСТУХІЈЅИПГаевкмнорстухіјѕипгԁԛԝүһӏ'
                    || 'ΑΒΕΖΗΙΚΜΝΟΡΤΥΧΙαβεηικνορτυχγσω'
                    || 'օոսհɑıłøđðɡᴀʙᴄᴅᴇғɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ'
                    || 'ꓐꓑꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴᎪᏴᏟᎠᎬᏀᎻᎥᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᏃɗɓƒɱɩɲɽʂƭʋʐɛᗅᗷᗞᑕ'
                    || 'ɅΛλ'
                    || '🅐🅑🅒🅓🅔🅕🅖🅗🅘🅙🅚🅛🅜🅝🅞🅟🅠🅡🅢🅣🅤🅥🅦🅧🅨🅩🅰🅱🅲🅳🅴🅵🅶🅷🅸🅹🅺🅻🅼🅽🅾🅿🆀🆁🆂🆃🆄🆅🆆🆇🆈🆉🇦🇧🇨🇩🇪🇫🇬🇭'
                    || '🇮🇯🇰🇱🇲🇳🇴🇵🇶🇷🇸🇹🇺🇻🇼🇽🇾🇿'
                    || '01345789@$!¡|iI',
                    'ABEKMHOPCTYXIJSNNRaebkmhopctyxijsnnrdqwyhl'
                    || 'ABEZHIKMNOPTYXIabenikvoptuxyow'
                    || 'onuhailoddgabcdefghijklmnoprstuvwyz'
                    || 'BPDTGKJCZFMNLSRVHWXYAElOUABCDEGHlJKLMPRSTVWZdbfmlnrstvzeABDC'
                    || 'AAa'
                    || 'ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGH'
                    || 'IJKLMNOPQRSTUVWXYZ'
                    || 'oleastbgasllllL'
                )
            ),
            '[^[:alnum:]]+', '', 'g'
        ),
        'rn', 'm'
    ),
    'i', 'l'
);
comment on function private.confusable_form(text) is
'The visual form of a name: names with equal skeletons look alike.';
revoke execute on function private.confusable_form(text) from public;
grant execute on function private.confusable_form(text) to anon, authenticated, service_role;

-- source: sql/triggers/audit_log.sql
-- The audit log is append-only. private.make_partitions adds the truncate trigger to each new partition.
create or replace trigger append_only
before update or delete on private.audit_log
for each row execute function private.refuse_change();

create or replace trigger append_only_whole
before truncate on private.audit_log
for each statement execute function private.refuse_change();

create or replace trigger append_only_whole
before truncate on private.audit_log_default
for each statement execute function private.refuse_change();

-- source: sql/triggers/consents.sql
-- Consents: rows that clients write are counted against limits and the account's quota; a kids profile adds none;
-- invalid values are refused with a sentence.
create or replace trigger refuse_kids
before insert on public.consents
for each statement execute function private.refuse_kids();

create or replace trigger admit_inserted
after insert on public.consents referencing new table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger limit_consents
after insert on public.consents referencing new table as changed_rows
for each statement execute function private.limit_consents();

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

-- source: sql/triggers/rate_limits.sql
-- The REST server reloads the limits after a change.
create or replace trigger reload
after insert or update or delete or truncate on private.rate_limits
for each statement execute function private.reload_rate_limits();

-- source: sql/access/account_deletions.sql
-- Users read when their account will be erased; delete_my_account and cancel_account_deletion write the rows.
alter table public.account_deletions enable row level security;
revoke all on public.account_deletions from anon, authenticated;
grant select on public.account_deletions to authenticated;
grant all on public.account_deletions to service_role;

drop policy if exists account_deletions_select_own on public.account_deletions;
create policy account_deletions_select_own on public.account_deletions
for select to authenticated
using (account_id = (select auth.uid()));
comment on policy account_deletions_select_own on public.account_deletions is
'Users read when their account will be erased.';

-- source: sql/access/consent_purposes.sql
-- Everyone reads the purposes, also before signing up.
alter table public.consent_purposes enable row level security;
revoke all on public.consent_purposes from anon, authenticated;
grant select on public.consent_purposes to anon, authenticated;
grant all on public.consent_purposes to service_role;

drop policy if exists consent_purposes_select_everybody on public.consent_purposes;
create policy consent_purposes_select_everybody on public.consent_purposes
for select to anon, authenticated
using (true);
comment on policy consent_purposes_select_everybody on public.consent_purposes is
'Everyone reads the purposes of consent.';

-- source: sql/access/consents.sql
-- Users read their own consents and add to them. No role updates or deletes one, not even the service: they are deleted
-- with the account.
alter table public.consents enable row level security;
revoke all on public.consents from anon, authenticated, service_role;
grant select, insert (purpose, document_version, is_granted) on public.consents to authenticated;
grant select on public.consents to service_role;

drop policy if exists consents_select_own on public.consents;
create policy consents_select_own on public.consents
for select to authenticated
using (account_id = (select auth.uid()));
comment on policy consents_select_own on public.consents is 'Users read their own consents.';

drop policy if exists consents_insert_own on public.consents;
create policy consents_insert_own on public.consents
for insert to authenticated
with check (account_id = (select auth.uid()));
comment on policy consents_insert_own on public.consents is 'Users add their own consents.';

-- source: sql/access/data_inventory.sql
-- Only operators of the database read the inventory.
alter table private.data_inventory enable row level security;
revoke all on private.data_inventory from anon, authenticated;

-- source: sql/access/files_to_remove.sql
-- Only functions and workers read and write files to remove.
alter table private.files_to_remove enable row level security;
revoke all on private.files_to_remove from anon, authenticated, service_role;

-- source: sql/access/periods.sql
-- Only operators of the database read and change periods.
alter table private.periods enable row level security;
revoke all on private.periods from anon, authenticated;

-- source: sql/access/rate_limits.sql
-- Only operators of the database use rate limits. Exceptions: private.count_request reads them as their owner, and the
-- REST server of the embedded stack, which counts reads, as authenticator, the role it connects with.
alter table private.rate_limits enable row level security;
revoke all on private.rate_limits from anon, authenticated;
grant usage on schema private to authenticator;
grant select on private.rate_limits to authenticator;
grant all on private.rate_limits to service_role;

drop policy if exists rate_limits_select_authenticator on private.rate_limits;
create policy rate_limits_select_authenticator on private.rate_limits
for select to authenticator
using (true);
comment on policy rate_limits_select_authenticator on private.rate_limits is
'The REST server of the embedded stack reads the limits of the requests it counts.';

-- source: sql/rpc/identity/get_audit_log.sql
-- Reads a page of the audit log, the latest entries first, for an admin. The audit log records the call.
--   action      an action such as role.granted, role.revoked, account.suspended, account.restored, account.read or
--               audit_log.read; if omitted, all actions
--   actor_id    the user who acted; if omitted, all users
--   subject_id  the id of the user or object acted upon; if omitted, all
--   before_id   the id of the last entry of the previous page; if omitted, the first page
--   count       maximum number of entries, 1 to 200, default 50
-- Returns id, occurred_at, actor_id (null: the service), actor_role, action, subject_type, subject_id, before, after,
-- address, request_id.
-- Raises 42501 for a caller who is not an admin, 22023 for a count out of range or a text that is too long, kids_mode
-- while a kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/get_audit_log {"action": "role.granted", "count": 20}
-- Example response: [{"id": 2, "occurred_at": "2026-11-30T16:37:16.66+00:00", "actor_id": "2bca…", "actor_role":
-- "authenticated", "action": "role.granted", "subject_type": "user", "subject_id": "c13d…", "before": null, "after":
-- {"role": "editor"}, "address": "127.0.0.1", "request_id": "900b…"}, …]
create or replace function public.get_audit_log(
    action text default null,
    actor_id uuid default null,
    subject_id text default null,
    before_id bigint default null,
    count integer default 50
)
returns setof public.audit_entry
language plpgsql rows 50 set search_path = ''
as $$
#variable_conflict use_column
begin
    perform private.check_range('count', coalesce(get_audit_log.count, 50), 1, 200);
    perform private.check_length('action', get_audit_log.action, 100);
    perform private.check_length('subject_id', get_audit_log.subject_id, 100);
    return query
    select e.*
    from private.read_audit_log(
        get_audit_log.action,
        get_audit_log.actor_id,
        get_audit_log.subject_id,
        get_audit_log.before_id,
        coalesce(get_audit_log.count, 50)
    ) as e;
end
$$;
comment on function public.get_audit_log(text, uuid, text, bigint, integer) is
'Reads a page of the audit log, for an admin.';
revoke execute on function public.get_audit_log(text, uuid, text, bigint, integer) from public;
grant execute on function public.get_audit_log(text, uuid, text, bigint, integer) to authenticated, service_role;

-- source: sql/rpc/identity/record_consent.sql
-- Records that the caller granted, refused or withdrew a consent. The latest record of a purpose counts.
--   purpose  a purpose of consent_purposes
--   granted  true if granted, false if refused or withdrawn
--   version  version of the text that was shown, up to 50 characters
-- Returns the row of consents.
-- Raises 22023 for a parameter that is missing or too long, or an unknown purpose, 42501 without an account, kids_mode
-- while a kids profile acts.
-- Roles: authenticated.
-- Example: rpc/record_consent {"purpose": "marketing", "granted": true, "version": "2026-11"}
-- Example response: {"id": 1, "account_id": "5d3c…", "purpose": "marketing", "document_version": "2026-11",
-- "is_granted": true, "given_at": "2026-11-30T16:37:16.22+00:00"}
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
comment on function public.record_consent(text, boolean, text) is
'Records that the caller granted, refused or withdrew a consent.';
revoke execute on function public.record_consent(text, boolean, text) from public, service_role;
grant execute on function public.record_consent(text, boolean, text) to authenticated;
