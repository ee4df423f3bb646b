-- Exact counts become private; what is published is rounded, of five accounts or more, and changes in batches. Limits of
-- rows. What anonymous users rate and do counts nowhere.

set lock_timeout = '10s';
set check_function_bodies = off;

alter table public.raters add column is_counted boolean not null default true;
comment on column public.raters.is_counted is
'Whether its ratings and events count for others: in statistics, trends, and as a neighbour. Not those of anonymous '
'users.';
update public.raters as r set is_counted = false
from public.profiles as p
join auth.users as u on u.id = p.account_id
where r.profile_id = p.id and u.is_anonymous;

alter table public.ratings add column country text
constraint ratings_country_code check (country ~ '^[A-Z]{2}$');
comment on column public.ratings.country is
'ISO 3166 code of where the viewer was when it was first rated, as the gateway or the account gave it; null: unknown.';

create table private.item_counts (
    item_id uuid primary key,
    kind text not null,
    rating_count integer not null default 0,
    rating_sum double precision not null default 0,
    rating_square_sum double precision not null default 0,
    constraint item_counts_item_fkey
    foreign key (item_id, kind) references public.items (id, kind) on delete cascade
);
alter table private.item_counts enable row level security;
create index item_counts_popular on private.item_counts (rating_sum desc, item_id);
comment on table private.item_counts is
'Exact counts of the ratings of an item, kept by triggers: what models and predictions are computed from. Never returned '
'to a client: their differences show single ratings.';
comment on column private.item_counts.item_id is 'The item.';
comment on column private.item_counts.kind is 'Its kind.';
comment on column private.item_counts.rating_count is 'How many ratings of raters that are counted it has.';
comment on column private.item_counts.rating_sum is 'Their sum.';
comment on column private.item_counts.rating_square_sum is 'The sum of their squares.';
insert into private.item_counts (item_id, kind, rating_count, rating_sum, rating_square_sum)
select i.id, i.kind, count(*), sum(r.rating), sum(power(r.rating, 2))
from public.ratings as r
join public.items as i on i.id = r.item_id
join public.raters as o on o.id = r.rater_id
where o.is_counted
group by i.id, i.kind;

create table private.publication (
    is_only boolean primary key default true,
    min_accounts integer not null default 5,
    count_step integer not null default 5,
    rating_noise real not null default 4.5,
    event_noise real not null default 1,
    prior real not null default 5,
    secret uuid not null default gen_random_uuid(),
    constraint publication_one_row check (is_only),
    constraint publication_min_accounts check (min_accounts >= 1),
    constraint publication_count_step check (count_step >= 1),
    constraint publication_noise check (rating_noise >= 0 and event_noise >= 0),
    constraint publication_prior check (prior >= 0)
);
alter table private.publication enable row level security;
comment on table private.publication is
'The rules by which private.publish_counts publishes counts and trends: one row. docs/security-guide.md gives the reasons.';
comment on column private.publication.is_only is 'Always true: there is one row.';
comment on column private.publication.min_accounts is
'How many accounts a published figure is of at least, and how many must have changed before it changes.';
comment on column private.publication.count_step is 'Published counts are multiples of this.';
comment on column private.publication.rating_noise is
'Scale of the random noise in a sum of ratings; 4.5 is the most that one rating can change. With 0 there is none, and '
'means are not rounded.';
comment on column private.publication.event_noise is
'Scale of the random noise in a trend, in events of the greatest weight. With 0 there is none and nothing is rounded.';
comment on column private.publication.prior is
'The published mean of an item is drawn to the mean of all by as much as so many ratings would.';
comment on column private.publication.secret is 'With it the accounts in private.pending_changes are digested.';
insert into private.publication (is_only) values (true);

create table private.pending_changes (
    item_id uuid not null references public.items (id) on delete cascade,
    figure text collate "C" not null,
    voter uuid not null,
    is_pending boolean not null default true,
    changed_on date not null default (now() at time zone 'UTC')::date,
    primary key (item_id, figure, voter),
    constraint pending_changes_figure check (figure ~ '^(ratings|interactions|001|[A-Z]{2})$')
);
alter table private.pending_changes enable row level security;
create index pending_changes_due on private.pending_changes (figure, item_id) where is_pending;
comment on table private.pending_changes is
'By how many different accounts a figure of an item changed since it was last published.';
comment on column private.pending_changes.item_id is 'The item.';
comment on column private.pending_changes.figure is
'ratings or interactions, of item_stats; a country of item_trends, or 001, the world.';
comment on column private.pending_changes.voter is
'A digest of the account, or of the rater where no account is known.';
comment on column private.pending_changes.is_pending is
'False when the figure was published since: such an account is not noted again on the same day.';
comment on column private.pending_changes.changed_on is 'The day of the last change that was noted, UTC.';

-- The digest comes from one account and leads to none without the secret: see private.note_changes.
insert into private.data_inventory (schema_name, table_name, holds, is_personal, purpose, on_erasure) values
('private', 'item_counts', 'Exact counts of the ratings of items.', false, null, 'none'),
('private', 'publication', 'The rules by which counts are published.', false, null, 'none'),
(
    'private', 'pending_changes',
    'Digests of up to a few accounts for each item whose figures changed since they were published.', false, null, 'none'
);
update private.data_inventory set retention = interval '90 days', retention_column = 'changed_on'
where (schema_name, table_name) = ('private', 'pending_changes');
update private.data_inventory
set holds = 'Counts of what people thought of items and did with them, as published: rounded, of five accounts or more.'
where (schema_name, table_name) = ('public', 'item_stats');
update private.data_inventory
set holds = 'How much was done with items of late, by country, as published: rounded, of five accounts or more.'
where (schema_name, table_name) = ('public', 'item_trends');

-- What was published exactly goes; the first run of the job publishes it again by the rules.
delete from public.item_stats;
delete from public.item_trends;
insert into private.pending_changes (item_id, figure, voter)
select c.item_id, c.figure, md5(c.secret::text || c.voter::text)::uuid
from (
    select d.*, p.secret, p.min_accounts, row_number() over (partition by d.item_id, d.figure order by d.voter) as number
    from (
        select e.item_id, f.figure, coalesce(o.account_id, r.id) as voter
        from (
            select t.item_id, t.rater_id, 'ratings' as figure, null as country from public.ratings as t
            union
            select i.item_id, i.rater_id, 'interactions', i.country from public.interactions as i
        ) as e
        join public.raters as r on r.id = e.rater_id and r.is_counted
        left join public.profiles as o on o.id = r.profile_id
        cross join lateral (values (e.figure), ('001'), (e.country)) as f (figure)
        where f.figure is not null
        group by e.item_id, f.figure, coalesce(o.account_id, r.id)
    ) as d
    cross join private.publication as p
) as c
where c.number <= c.min_accounts;
comment on table public.item_stats is
'Counts an item has gathered, as private.publish_counts publishes them: of five accounts or more, rounded, and changed '
'when five or more accounts changed them.';
comment on column public.item_stats.rating_count is 'About how many accounts rated it: a multiple of five.';
comment on column public.item_stats.rating_sum is
'That count times the mean, which has noise and is drawn to the mean of all; what popular lists go by.';
comment on column public.item_stats.rating_square_sum is
'The sum of the squares that goes with it: how far opinions differ, with noise.';
comment on column public.item_stats.interaction_count is
'About how many interactions it has had: one an account, type and day; a multiple of five.';
comment on table public.item_trends is
'What people rate, watch and share now, everywhere and by country, as private.publish_counts publishes it: of five '
'accounts or more, rounded, and changed when five or more accounts changed it.';
comment on column public.item_trends.country is
'ISO 3166 code of where the viewers were; 001, as in UN M.49, is the world and counts all events.';

insert into private.periods (name, length, meaning) values
(
    'rating_settles', interval '7 days',
    'How old a rating must be to stay, unnamed, when its profile is deleted; younger ones are deleted with it.'
);

-- Limits of rows.
-- squawk-ignore ban-drop-constraint
alter table private.rate_limits drop constraint rate_limits_scope;
-- squawk-ignore ban-drop-constraint
alter table private.rate_limits drop constraint rate_limits_requests;
-- squawk-ignore ban-drop-constraint
alter table private.rate_limits drop constraint rate_limits_window;
-- The table has a few rows.
-- squawk-ignore constraint-missing-not-valid
alter table private.rate_limits add constraint rate_limits_scope check (
    scope in (
        'read', 'write', 'storage', 'sign_in', 'password', 'anonymous', 'refresh',
        'rows', 'ratings', 'interactions', 'consents', 'profiles'
    )
);
-- squawk-ignore constraint-missing-not-valid
alter table private.rate_limits add constraint rate_limits_requests check (
    requests between 1 and case
        when scope in ('rows', 'ratings', 'interactions', 'consents', 'profiles') then 1000000 else 1000
    end
);
-- squawk-ignore constraint-missing-not-valid
alter table private.rate_limits add constraint rate_limits_window check (
    window_seconds between 1 and case
        when scope in ('rows', 'ratings', 'interactions', 'consents', 'profiles') then 86400 else 3600
    end
);
comment on column private.rate_limits.scope is
'read: GET, HEAD and calls of functions that do not write, counted where requests enter; write: all others, counted by '
'private.count_request, and those that fail apart, where requests enter; storage: requests of files; sign_in: signing '
'up and in by password, by address; password: tries of one account''s password; anonymous: users made without an '
'address of mail; refresh: sessions carried on; these five are counted by private.admit_request. rows: rows written in '
'all tables together; ratings, interactions, consents, profiles: rows written in that table; these are counted by '
'private.count_rows.';
comment on column private.rate_limits.requests is
'How many, a user; for anon, an address; of password, an account. Of the last five scopes, how many rows.';
insert into private.rate_limits (role, scope, requests, window_seconds) values
('authenticated', 'rows', 1000, 60),
('authenticated', 'ratings', 5000, 86400),
('authenticated', 'interactions', 20000, 86400),
('authenticated', 'consents', 100, 86400),
('authenticated', 'profiles', 10, 86400);

-- Unlogged: after a crash all callers begin again.
create unlogged table private.rate_rows (
    caller text collate "C" not null,
    scope text collate "C" not null,
    written_at timestamptz not null,
    written integer not null,
    primary key (caller, scope, written_at)
) with (fillfactor = 50);
alter table private.rate_rows enable row level security;
comment on table private.rate_rows is 'How many rows a caller wrote of late. Those older than two days are deleted.';
comment on column private.rate_rows.caller is 'The user.';
comment on column private.rate_rows.scope is 'What is limited, as in rate_limits.';
comment on column private.rate_rows.written_at is
'The beginning of the sixtieth of the limit''s window in which they were written.';
comment on column private.rate_rows.written is 'How many rows.';
insert into private.data_inventory
(
    schema_name, table_name, holds, is_personal, purpose, owner_ids, exported_columns, retention, retention_column,
    on_erasure
)
values
(
    'private', 'rate_rows', 'How many rows a user wrote of late.',
    true, 'To limit how much one may write.', 'array[caller]', '{scope,written_at,written}', interval '2 days',
    'written_at', 'delete'
);

-- squawk-ignore ban-drop-trigger
drop trigger count_inserted on public.interactions;
drop trigger trend_inserted on public.interactions;
drop trigger trend_inserted on public.ratings;
-- squawk-ignore ban-drop-function
drop function private.count_interactions();
-- squawk-ignore ban-drop-function
drop function private.trend_interactions();
-- squawk-ignore ban-drop-function
drop function private.trend_ratings();
-- squawk-ignore ban-drop-function
drop function private.store_trends(uuid [], text [], double precision []);
-- squawk-ignore ban-drop-function
drop aggregate private.sum_trends(double precision);
-- squawk-ignore ban-drop-function
drop function private.add_trends(double precision, double precision);
-- It returns nothing from now on.
-- squawk-ignore ban-drop-function
drop function private.delete_jobs_naming(uuid []);

-- The ids that a job names, found by an index.
create or replace function private.ids_of_job(args jsonb, lock text, queueing_lock text) returns uuid[]
language sql immutable parallel safe set search_path = ''
as $$
    select array(
        select distinct lower(m[1])::uuid
        from pg_catalog.regexp_matches(
            coalesce(args::text, '') || ' ' || coalesce(lock, '') || ' ' || coalesce(queueing_lock, ''),
            '([0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12})', 'g'
        ) as m
    )
$$;
-- The queue is short.
-- squawk-ignore require-concurrent-index-creation
create index procrastinate_jobs_ids on procrastinate.procrastinate_jobs
using gin (private.ids_of_job(args, lock, queueing_lock));

-- source: sql/private/recommend/counted_raters.sql
-- For whom each rater's ratings and events count in published figures: its account, so that the profiles of one account
-- count once; itself where no account is known (imported, or of a deleted profile). Raters of anonymous users are left
-- out.
create or replace view private.counted_raters with (security_invoker = true) as
select
    r.id as rater_id,
    coalesce(p.account_id, r.id) as voter
from public.raters as r
left join public.profiles as p on r.profile_id = p.id
where r.is_counted;
comment on view private.counted_raters is 'For whom each rater counts in published figures: its account, else itself.';

-- source: sql/private/recommend/trend_votes.sql
-- What trends are computed from: ratings, by a fifth of what was given, and events. A share weighs more than a view; a
-- dislike has no row. The day is when it reached us, whatever time the client gave.
create or replace view private.trend_votes with (security_invoker = true) as
select
    r.item_id,
    v.voter,
    r.country,
    'rating' as type,
    (r.created_at at time zone 'UTC')::date as day,
    r.rating::double precision / 5 as weight,
    r.created_at as occurred_at
from public.ratings as r
inner join private.counted_raters as v on r.rater_id = v.rater_id
union all
select
    i.item_id,
    v.voter,
    i.country,
    i.type,
    (i.received_at at time zone 'UTC')::date as day,
    case when i.type in ('share', 'like', 'complete') then 1 else 0.3 end::double precision as weight,
    i.occurred_at
from public.interactions as i
inner join private.counted_raters as v on i.rater_id = v.rater_id
where i.type not in ('dislike', 'dismiss');
comment on view private.trend_votes is 'What trends are computed from: ratings and events, with who they count for.';

-- source: sql/private/identity/count_rows.sql
-- Trigger: counts the rows that a client's statement wrote, against its caller's limits of the table and of all tables
-- together (scope rows). Raises 429 rate_limited and 413 too_many_rows. Rows that triggers write are not counted, nor
-- those of roles without such a limit.
-- Definer: no role of the API may touch the limits; it counts nobody but its caller.
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
comment on function private.count_rows() is 'Trigger: counts the rows that a client writes, or refuses them.';
revoke execute on function private.count_rows() from public;

-- source: sql/private/identity/count_user.sql
-- Trigger: what an anonymous user rated and did begins to count when the user becomes a permanent one.
-- Definer: the auth server's role writes auth.users and none of ours.
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
comment on function private.count_user() is 'Trigger: what a user who is no longer anonymous did begins to count.';
revoke execute on function private.count_user() from public;

-- source: sql/private/identity/create_rater.sql
-- Trigger: a new profile gets the pseudonym it rates under. That of an anonymous user is not counted.
-- Definer: whoever makes a profile may not write raters.
create or replace function private.create_rater() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into public.raters (profile_id, is_counted)
    select new.id, not coalesce((select u.is_anonymous from auth.users as u where u.id = new.account_id), false);
    return null;
end
$$;
comment on function private.create_rater() is 'Trigger: makes the rater of a new profile.';
revoke execute on function private.create_rater() from public;

-- source: sql/private/identity/erase_account.sql
-- Erase an account whose deletion is due: the user, and by triggers and cascades everything personal; ratings stay
-- under new pseudonyms. All of it or nothing; the audit log notes the id that was. Was it due? Raises 55006 while a job
-- runs for the account or it has files of its own: a later try may succeed.
-- For workers only.
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

-- source: sql/private/identity/take_rows.sql
-- Count rows that a caller wrote, or refuse them: 413 too_many_rows for more than a window ever admits, 429
-- rate_limited with when to come back for more than it has left.
-- Rows are counted by the sixtieth of the window in which they were written, and one that has not wholly passed counts:
-- so no window of that length has more than the limit. A caller's writes follow one another: each waits until the one
-- before is committed or rolled back, and 64 at once get exactly the limit.
-- For definer functions only.
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
    where r.caller = take_rows.caller and r.scope = a_limit.scope and r.written_at > v_now - v_window - v_step;
    if v_spent + rows > a_limit.requests then
        select greatest(1, ceil(date_part('epoch', min(s.written_at) + v_step + v_window - v_now))) into v_wait
        from (
            select r.written_at, v_spent - sum(r.written) over (order by r.written_at) as remaining
            from private.rate_rows as r
            where r.caller = take_rows.caller and r.scope = a_limit.scope and r.written_at > v_now - v_window - v_step
        ) as s
        where s.remaining + take_rows.rows <= a_limit.requests;
        perform private.refuse(
            429, 'rate_limited', format('Too many rows: try again in %s s', v_wait),
            headers => jsonb_build_object('Retry-After', v_wait::text)
        );
    end if;
    insert into private.rate_rows as r (caller, scope, written_at, written)
    values (take_rows.caller, a_limit.scope, date_bin(v_step, v_now, 'epoch'), take_rows.rows)
    on conflict on constraint rate_rows_pkey do update set written = r.written + excluded.written;
end
$$;
comment on function private.take_row_slots(private.rate_limits, text, bigint) is
'Count rows that a caller wrote, or refuse them.';
revoke execute on function private.take_row_slots(private.rate_limits, text, bigint) from public;

-- source: sql/private/identity/unname_ratings.sql
-- Trigger: before a profile is deleted, its ratings pass to a new pseudonym that nothing leads to. Those younger than
-- private.periods says (rating_settles) are deleted, and all of a rater that is not counted: else one account could
-- fill and delete profiles without end, and what they rated would count for ever. Interactions are deleted with the old
-- pseudonym. Times are cut to the month: by the second they would show whose ratings these were to a reader of an older
-- export. Neighbours stay where what they were computed from is the same.
-- Definer: the owner may delete a profile, and not write raters.
create or replace function private.pseudonymise_ratings() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_new uuid := gen_random_uuid();
    v_old uuid;
    v_is_fresh boolean;
    v_is_counted boolean;
begin
    -- Held before any of its rows is touched, as private.refresh_user_similarity does.
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
            or r.created_at > now() - (select p.length from private.periods as p where p.name = 'rating_settles')
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
        -- Of an account that is deleted, private.delete_user_data deleted the jobs.
        perform private.delete_jobs_naming(array[v_old]);
    end if;
    return old;
end
$$;
comment on function private.pseudonymise_ratings() is 'Trigger: passes a profile''s ratings to a new pseudonym.';
revoke execute on function private.pseudonymise_ratings() from public;

-- source: sql/private/queue/forget_jobs.sql
-- Delete the jobs that name one of these ids, except those that run. An index finds them (procrastinate_jobs_ids).
-- Its path is the queue's, whose own trigger functions use unqualified names. For definer functions only.
create or replace function private.delete_jobs_naming(ids uuid[]) returns void
language sql set search_path = procrastinate
as $$
    delete from procrastinate_jobs as j
    where j.status <> 'doing' and private.ids_of_job(j.args, j.lock, j.queueing_lock) && ids
$$;
comment on function private.delete_jobs_naming(uuid[]) is 'Delete the jobs that name one of these ids.';
revoke execute on function private.delete_jobs_naming(uuid[]) from public;

-- source: sql/private/queue/has_running_job.sql
-- Does a job run that names one of these ids? For definer functions and workers only.
create or replace function private.has_running_job(ids uuid[]) returns boolean
language sql stable set search_path = ''
as $$
    select exists (
        select
        from procrastinate.procrastinate_jobs as j
        where j.status = 'doing' and private.ids_of_job(j.args, j.lock, j.queueing_lock) && ids
    )
$$;
comment on function private.has_running_job(uuid[]) is 'Does a job run that names one of these ids?';
revoke execute on function private.has_running_job(uuid[]) from public;

-- source: sql/private/queue/ids_of_job.sql
-- The ids that a job names in its arguments and its locks: what an index finds an account's jobs by.
create or replace function private.ids_of_job(args jsonb, lock text, queueing_lock text) returns uuid[]
language sql immutable parallel safe set search_path = ''
as $$
    select array(
        select distinct lower(m[1])::uuid
        from pg_catalog.regexp_matches(
            coalesce(args::text, '') || ' ' || coalesce(lock, '') || ' ' || coalesce(queueing_lock, ''),
            '([0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12})', 'g'
        ) as m
    )
$$;
comment on function private.ids_of_job(jsonb, text, text) is 'The ids that a job names.';
revoke execute on function private.ids_of_job(jsonb, text, text) from public;

-- source: sql/private/recommend/chance.sql
-- A random number, 0 or more and below 1: 48 bits of a random uuid, which come from the operating system. What random()
-- returns can be computed from earlier values.
create or replace function private.random_fraction() returns double precision
language sql volatile set search_path = ''
as $$
    select ('x' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 12))::bit(48)::bigint / 281474976710656::double precision
$$;
comment on function private.random_fraction() is 'A random number, 0 or more and below 1.';
revoke execute on function private.random_fraction() from public;

-- source: sql/private/recommend/collaborative_for_user.sql
-- private.collaborative for a user id, where the caller may ask, each item with its predicted rating; the mean of all
-- where neighbours liked an item of which too little is known to predict.
-- Raises as private.rater_of_user.
-- Definer: scores and predictions read others' ratings; none of them is returned.
create or replace function private.collaborative_for_user(user_id uuid, count integer)
returns table (item_id uuid, predicted_rating double precision, score double precision)
language plpgsql stable rows 20 security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_rater uuid := private.rater_of_user(user_id);
begin
    return query
    with listed as materialized (
        select c.item_id, c.score
        from private.collaborative(v_rater, null, count, private.viewer_of_rater(v_rater)) as c
    )
    select l.item_id, coalesce(p.predicted_rating, private.published_baseline(), 3.5), l.score
    from listed as l
    left join private.predict(v_rater, array(select item_id from listed)) as p on p.item_id = l.item_id;
end
$$;
comment on function private.collaborative_for_user(uuid, integer) is
'What a user''s nearest neighbours liked, if the caller may ask.';
revoke execute on function private.collaborative_for_user(uuid, integer) from public;
grant execute on function private.collaborative_for_user(uuid, integer) to authenticated, service_role;

-- source: sql/private/recommend/count_rater.sql
-- Trigger: when a rater begins to count, or no longer does, so do its ratings and events.
-- Definer: clients do not write counts.
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
comment on function private.count_rater() is 'Trigger: ratings and events of a rater begin or cease to count.';
revoke execute on function private.count_rater() from public;

-- source: sql/private/recommend/count_ratings.sql
-- Trigger, with +1 or -1: item_counts and raters follow added or removed ratings; those of raters
-- that are not counted change their rater alone. Rows are taken in id order,
-- so that two clients rating the same items cannot wait for each other in a circle.
-- Definer: clients may not write counts.
create or replace function private.count_ratings() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_sign integer := tg_argv[0];
begin
    insert into private.item_counts as s (item_id, kind, rating_count, rating_sum, rating_square_sum)
    select
        i.id,
        i.kind,
        v_sign * count(*),
        v_sign * sum(c.rating),
        v_sign * sum(power(c.rating, 2))
    from changed_rows as c
    join public.items as i on i.id = c.item_id
    left join public.raters as r on r.id = c.rater_id
    where coalesce(r.is_counted, true)
    group by i.id, i.kind
    order by i.id
    on conflict (item_id) do update set
        rating_count = s.rating_count + excluded.rating_count,
        rating_sum = s.rating_sum + excluded.rating_sum,
        rating_square_sum = s.rating_square_sum + excluded.rating_square_sum;

    update public.raters as r set
        rating_count = r.rating_count + c.rating_count,
        rating_sum = r.rating_sum + c.rating_sum,
        ratings_version = r.ratings_version + 1
    from (
        select rater_id, v_sign * count(*) as rating_count, v_sign * sum(rating) as rating_sum
        from changed_rows
        group by rater_id
    ) as c
    where r.id = c.rater_id;
    return null;
end
$$;
comment on function private.count_ratings() is 'Trigger: keeps the counts of items and raters.';
revoke execute on function private.count_ratings() from public;

-- source: sql/private/recommend/enqueue_similarity.sql
-- Trigger: a rater whose ratings changed gets its neighbours stored anew, soon. Lists do not wait for it:
-- private.neighbours computes what is not stored. Bulk loads, and what other triggers change, are left to the periodic
-- refresh.
-- Definer: clients may not put jobs into the queue themselves.
create or replace function private.enqueue_similarity() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_raters uuid[];
begin
    if pg_trigger_depth() > 1 then
        return null;
    end if;
    select array_agg(distinct c.rater_id) into v_raters from changed_rows as c;
    if cardinality(v_raters) <= 10 then
        perform private.enqueue(
            'recommend', 'refresh_user_similarity', jsonb_build_object('rater_id', r), 'refresh_user_similarity:' || r
        )
        from unnest(v_raters) as r;
    end if;
    return null;
exception when others then
    raise warning 'a refresh of similarities could not be put into the queue: %', sqlerrm;
    return null;
end
$$;
comment on function private.enqueue_similarity() is 'Trigger: puts raters whose ratings changed into the queue.';
revoke execute on function private.enqueue_similarity() from public;

-- source: sql/private/recommend/noise.sql
-- A random number from the Laplace distribution of this scale (its standard deviation is 1.41 times that), which hides
-- one rater's share of a sum of that size: Dwork and others, Calibrating Noise to Sensitivity, TCC 2006.
create or replace function private.laplace_noise(scale double precision) returns double precision
language plpgsql volatile set search_path = ''
as $$
declare
    v_chance double precision := private.random_fraction() - 0.5;
begin
    return -scale * sign(v_chance) * ln(greatest(1 - 2 * abs(v_chance), 1e-15));
end
$$;
comment on function private.laplace_noise(double precision) is 'A random number that hides one rater''s share of a sum.';
revoke execute on function private.laplace_noise(double precision) from public;

-- source: sql/private/recommend/note_changes.sql
-- Note for whom figures of items changed: they are published again once enough different accounts changed them.
-- The three lists go together, an entry a rating or event; figure is ratings or interactions. Trends of the world and
-- of the country change with both. Who took part in a publication today is not noted again today, so that the same few
-- accounts cannot have a figure published over and over. Accounts are kept as digests.
-- No more rows are written than one publication needs; in order, so that two writers cannot wait for each other in a
-- circle. For triggers, which run it as the owner.
create or replace function private.note_changes(item_ids uuid[], rater_ids uuid[], countries text[], figure text)
returns void
language sql set search_path = ''
as $$
    with voters as materialized (
        select
            e.rater_id,
            md5(p.secret::text || coalesce(o.account_id, e.rater_id)::text)::uuid as voter,
            p.min_accounts
        from (select distinct unnest(note_changes.rater_ids) as rater_id) as e
        cross join private.publication as p
        left join public.raters as r on r.id = e.rater_id
        left join public.profiles as o on o.id = r.profile_id
        where coalesce(r.is_counted, true)
    ), changed as (
        select distinct c.item_id, f.figure, v.voter, v.min_accounts
        from unnest(note_changes.item_ids, note_changes.rater_ids, note_changes.countries)
            as c (item_id, rater_id, country)
        join voters as v on v.rater_id = c.rater_id
        cross join lateral (values (note_changes.figure), ('001'), (c.country)) as f (figure)
        where f.figure is not null
    ), numbered as (
        select c.*, row_number() over (partition by c.item_id, c.figure order by c.voter) as number from changed as c
    )
    insert into private.pending_changes as c (item_id, figure, voter)
    select n.item_id, n.figure, n.voter
    from numbered as n
    join public.items as i on i.id = n.item_id
    where n.number <= n.min_accounts
    order by n.item_id, n.figure, n.voter
    on conflict on constraint pending_changes_pkey do update set
        is_pending = true, changed_on = excluded.changed_on
    where c.changed_on < excluded.changed_on
$$;
comment on function private.note_changes(uuid[], uuid[], text[], text) is 'Note for whom figures of items changed.';
revoke execute on function private.note_changes(uuid[], uuid[], text[], text) from public;

-- source: sql/private/recommend/note_interactions.sql
-- Trigger: notes which items' figures new events change.
-- Definer: clients do not write what is noted.
create or replace function private.note_interactions() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.note_changes(array_agg(n.item_id), array_agg(n.rater_id), array_agg(n.country), 'interactions')
    from new_rows as n;
    return null;
end
$$;
comment on function private.note_interactions() is 'Trigger: notes which figures new events change.';
revoke execute on function private.note_interactions() from public;

-- source: sql/private/recommend/note_ratings.sql
-- Trigger: notes which items' figures a statement on ratings changes. A rating that only passes to another pseudonym
-- changes none.
-- Definer: clients do not write what is noted.
create or replace function private.note_ratings() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if tg_op = 'INSERT' then
        perform private.note_changes(array_agg(n.item_id), array_agg(n.rater_id), array_agg(n.country), 'ratings')
        from new_rows as n;
    elsif tg_op = 'DELETE' then
        perform private.note_changes(array_agg(o.item_id), array_agg(o.rater_id), array_agg(o.country), 'ratings')
        from old_rows as o;
    elsif pg_trigger_depth() = 1 then
        perform private.note_changes(array_agg(c.item_id), array_agg(c.rater_id), array_agg(c.country), 'ratings')
        from (
            (
                select o.item_id, o.rater_id, o.country, o.rating from old_rows as o
                except select n.item_id, n.rater_id, n.country, n.rating from new_rows as n
            )
            union all
            (
                select n.item_id, n.rater_id, n.country, n.rating from new_rows as n
                except select o.item_id, o.rater_id, o.country, o.rating from old_rows as o
            )
        ) as c;
    end if;
    return null;
end
$$;
comment on function private.note_ratings() is 'Trigger: notes which figures a statement on ratings changes.';
revoke execute on function private.note_ratings() from public;

-- source: sql/private/recommend/pack_item_model.sql
-- Make the weights of a version ready for lists: whoever has written them into item_neighbours calls this at the end,
-- in the same transaction. The 2,000 most rated items that a weight leads to are its targets: of films on MovieLens,
-- the first thousand held all that was ever listed.
-- No nested loops: right after the weights were written the planner takes them for few, and would read all of them
-- for each target.
create or replace function private.pack_item_model(model_id bigint) returns void
language plpgsql set search_path = '' set enable_nestloop = off
as $$
#variable_conflict use_column
begin
    update public.recommendation_models as m set targets = array(
        select t.neighbour_id
        from (
            select distinct n.neighbour_id
            from public.item_neighbours as n
            where n.model_id = pack_item_model.model_id
        ) as t
        left join private.item_counts as s on s.item_id = t.neighbour_id
        order by s.rating_count desc nulls last, t.neighbour_id
        limit 2000
    )
    where m.id = pack_item_model.model_id;

    delete from private.item_weights as w where w.model_id = pack_item_model.model_id;
    insert into private.item_weights (model_id, item_id, weights)
    select
        n.model_id,
        n.item_id,
        format(
            '{%s}/%s', string_agg(t.place || ':' || n.weight, ',' order by t.place), max(cardinality(m.targets))
        )::extensions.sparsevec
    from public.recommendation_models as m
    cross join lateral unnest(m.targets) with ordinality as t (item_id, place)
    join public.item_neighbours as n on n.model_id = m.id and n.neighbour_id = t.item_id
    where m.id = pack_item_model.model_id
    group by n.model_id, n.item_id;
end
$$;
comment on function private.pack_item_model(bigint) is 'Make the weights of a version ready for lists.';
revoke execute on function private.pack_item_model(bigint) from public;

-- source: sql/private/recommend/popular.sql
-- The most popular items: by the published sum of their ratings, then, for those that too few people rated here, by
-- the popularity that their source gave. A kind or all of them; what the viewer may see (none: everything).
create or replace function private.popular(kind text, count integer, viewer private.viewer default null)
returns table (item_id uuid, place bigint)
language plpgsql stable rows 20 set search_path = '' set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
    return query
    with rated as (
        select s.item_id, s.rating_sum
        from public.item_stats as s
        where
            s.rating_sum > 0
            and (popular.kind is null or s.kind = popular.kind)
            and (select private.is_available(i, viewer) from public.items as i where i.id = s.item_id)
        order by s.rating_sum desc, s.item_id
        limit popular.count
    ), told as (
        select c.id, c.popularity
        from public.catalog_items as c
        where
            (select count(*) from rated) < popular.count
            and (popular.kind is null or c.kind = popular.kind)
            and not exists (select from public.item_stats as s where s.item_id = c.id and s.rating_sum > 0)
            and (select private.is_available(i, viewer) from public.items as i where i.id = c.id)
        order by c.popularity desc, c.id
        limit popular.count
    ), listed as (
        select r.item_id, 0 as tier, r.rating_sum as score from rated as r
        union all
        select t.id, 1, t.popularity from told as t
    )
    select l.item_id, row_number() over (order by l.tier, l.score desc, l.item_id) as place
    from listed as l
    order by place
    limit popular.count;
end
$$;
comment on function private.popular(text, integer, private.viewer) is 'The most popular items, in order.';
revoke execute on function private.popular(text, integer, private.viewer) from public;
grant execute on function private.popular(text, integer, private.viewer) to anon, authenticated, service_role;

-- source: sql/private/recommend/publish_counts.sql
-- Publish what enough accounts changed: up to `batch` of each of the counts of ratings, the counts of events and the
-- trends. Returns how many were published. Each call is a transaction of its own: call it until it returns zero. Two
-- calls at the same time wait for each other. The rules are in private.publication.
-- For workers only.
create or replace function private.publish_counts(batch integer default 500) returns integer
language plpgsql set search_path = ''
as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('publish_counts', 0));
    delete from private.pending_changes as c
    where not c.is_pending and c.changed_on < (now() at time zone 'UTC')::date;
    return private.publish_ratings(batch) + private.publish_interactions(batch) + private.publish_trends(batch);
end
$$;
comment on function private.publish_counts(integer) is 'Publish the figures that enough accounts changed.';
revoke execute on function private.publish_counts(integer) from public;

-- source: sql/private/recommend/publish_interactions.sql
-- Publish the counts of events of up to `batch` items that enough accounts changed since they were last published; of
-- how many items. An account counts once for an item, a type and a day. An item with which fewer accounts did
-- something has no count. For private.publish_counts.
create or replace function private.publish_interactions(batch integer) returns integer
language plpgsql set search_path = ''
as $$
declare
    v_rule private.publication := (select p from private.publication as p);
    v_items uuid[];
begin
    with due as materialized (
        select c.item_id
        from private.pending_changes as c
        where c.figure = 'interactions' and c.is_pending
        group by c.item_id
        having count(*) >= v_rule.min_accounts
        limit batch
    ), taken as (
        update private.pending_changes as c set is_pending = false
        where (c.item_id, c.figure, c.voter) in (
            select p.item_id, p.figure, p.voter
            from private.pending_changes as p
            join due as d on d.item_id = p.item_id
            where p.figure = 'interactions' and p.is_pending
            for update of p skip locked
        )
    ), events as (
        select distinct i.item_id, v.voter, i.type, (i.received_at at time zone 'UTC')::date as day
        from due as d
        join public.interactions as i on i.item_id = d.item_id
        join private.counted_raters as v on v.rater_id = i.rater_id
    ), counted as (
        select e.item_id, count(*) as events
        from events as e
        group by e.item_id
        having count(distinct e.voter) >= v_rule.min_accounts
    ), written as (
        insert into public.item_stats as s (item_id, kind, interaction_count)
        select i.id, i.kind, coalesce(private.stochastic_round(c.events, v_rule.count_step), 0)
        from due as d
        join public.items as i on i.id = d.item_id
        left join counted as c on c.item_id = d.item_id
        order by i.id
        on conflict (item_id) do update set interaction_count = excluded.interaction_count
        returning s.item_id
    )
    select array_agg(w.item_id) into v_items from written as w;
    delete from public.item_stats as s
    where s.item_id = any(v_items) and s.rating_count = 0 and s.interaction_count = 0;
    return coalesce(cardinality(v_items), 0);
end
$$;
comment on function private.publish_interactions(integer) is
'Publish the counts of events that enough accounts changed.';
revoke execute on function private.publish_interactions(integer) from public;

-- source: sql/private/recommend/publish_ratings.sql
-- Publish the counts of ratings of up to `batch` items that enough accounts changed since they were last
-- published; returns the number of items. An account counts once, with the mean of what its profiles gave. The count
-- is a multiple of a step; the sum has noise of one rating's size, and the mean is drawn to the mean of all and
-- rounded. An item that fewer accounts rated has no count. Noted and counted ratings are of one snapshot: a rating that
-- is being written is in neither. For private.publish_counts.
create or replace function private.publish_ratings(batch integer) returns integer
language plpgsql set search_path = ''
as $$
declare
    v_rule private.publication := (select p from private.publication as p);
    v_level double precision := coalesce(private.published_baseline(), 3.5);
    v_items uuid[];
begin
    with due as materialized (
        select c.item_id
        from private.pending_changes as c
        where c.figure = 'ratings' and c.is_pending
        group by c.item_id
        having count(*) >= v_rule.min_accounts
        limit batch
    ), taken as (
        update private.pending_changes as c set is_pending = false
        where (c.item_id, c.figure, c.voter) in (
            select p.item_id, p.figure, p.voter
            from private.pending_changes as p
            join due as d on d.item_id = p.item_id
            where p.figure = 'ratings' and p.is_pending
            for update of p skip locked
        )
    ), opinions as (
        select r.item_id, v.voter, avg(r.rating) as rating
        from due as d
        join public.ratings as r on r.item_id = d.item_id
        join private.counted_raters as v on v.rater_id = r.rater_id
        group by r.item_id, v.voter
    ), counted as (
        select o.item_id, count(*) as accounts, sum(o.rating) as total, var_pop(o.rating) as variance
        from opinions as o
        group by o.item_id
        having count(*) >= v_rule.min_accounts
    ), rounded as materialized (
        select
            c.item_id,
            private.stochastic_round(c.accounts, v_rule.count_step) as count,
            (c.total + private.laplace_noise(v_rule.rating_noise) + v_rule.prior * v_level)
            / (c.accounts + v_rule.prior) as mean,
            (c.accounts * c.variance + private.laplace_noise(power(v_rule.rating_noise, 2)) + 4 * v_rule.prior)
            / (c.accounts + 4 * v_rule.prior) as variance
        from counted as c
    ), published as (
        select
            r.item_id,
            r.count,
            case
                when v_rule.rating_noise > 0 then round(greatest(0.5, least(5, r.mean))::numeric, 1)
                else r.mean
            end as mean,
            greatest(0, least(5, r.variance)) as variance
        from rounded as r
    ), written as (
        insert into public.item_stats as s (item_id, kind, rating_count, rating_sum, rating_square_sum)
        select
            i.id, i.kind, coalesce(p.count, 0), coalesce(p.count * p.mean, 0),
            coalesce(p.count * (p.mean * p.mean + p.variance), 0)
        from due as d
        join public.items as i on i.id = d.item_id
        left join published as p on p.item_id = d.item_id
        order by i.id
        on conflict (item_id) do update set
            rating_count = excluded.rating_count, rating_sum = excluded.rating_sum,
            rating_square_sum = excluded.rating_square_sum
        returning s.item_id
    )
    select array_agg(w.item_id) into v_items from written as w;
    delete from public.item_stats as s
    where s.item_id = any(v_items) and s.rating_count = 0 and s.interaction_count = 0;
    return coalesce(cardinality(v_items), 0);
end
$$;
comment on function private.publish_ratings(integer) is 'Publish the counts of ratings that enough accounts changed.';
revoke execute on function private.publish_ratings(integer) from public;

-- source: sql/private/recommend/publish_trends.sql
-- Publish up to `batch` trends, of an item in a country or in the world, that enough accounts changed since they were
-- last published; how many. An account counts once for an item, a type and a day, with the latest. A trend that fewer
-- accounts gave has no row. Events later than the latest of the last account needed count as of that moment: else a
-- single new one would stand out among old ones. Noise and rounding are in events of that moment's weight.
-- For private.publish_counts.
create or replace function private.publish_trends(batch integer) returns integer
language plpgsql set search_path = ''
as $$
declare
    v_rule private.publication := (select p from private.publication as p);
    v_published integer;
begin
    with due as materialized (
        select c.item_id, c.figure as country
        from private.pending_changes as c
        where c.figure not in ('ratings', 'interactions') and c.is_pending
        group by c.item_id, c.figure
        having count(*) >= v_rule.min_accounts
        limit batch
    ), taken as (
        update private.pending_changes as c set is_pending = false
        where (c.item_id, c.figure, c.voter) in (
            select p.item_id, p.figure, p.voter
            from private.pending_changes as p
            join due as d on d.item_id = p.item_id and d.country = p.figure
            where p.is_pending
            for update of p skip locked
        )
    ), votes as materialized (
        select
            d.item_id, d.country, t.voter, max(t.weight) as weight,
            private.trend_of(1, max(t.occurred_at)) as week
        from due as d
        join private.trend_votes as t on t.item_id = d.item_id and (d.country = '001' or t.country = d.country)
        group by d.item_id, d.country, t.voter, t.type, t.day
    ), latest as (
        select l.item_id, l.country, (array_agg(l.week order by l.week desc))[v_rule.min_accounts] as week
        from (
            select v.item_id, v.country, v.voter, max(v.week) as week
            from votes as v
            group by v.item_id, v.country, v.voter
        ) as l
        group by l.item_id, l.country
    ), summed as (
        select
            l.item_id, l.country, l.week,
            sum(v.weight * power(2::double precision, greatest(least(v.week - l.week, 0), -1000))) as events
        from latest as l
        join votes as v on v.item_id = l.item_id and v.country = l.country
        where l.week is not null
        group by l.item_id, l.country, l.week
    ), rounded as materialized (
        select
            s.item_id, s.country, s.week,
            case
                when v_rule.event_noise > 0 then greatest(1, round(2 * (s.events + private.laplace_noise(v_rule.event_noise)))) / 2
                else s.events
            end as events
        from summed as s
    ), removed as (
        delete from public.item_trends as t
        using due as d
        where
            t.item_id = d.item_id and t.country = d.country
            and not exists (select from rounded as r where r.item_id = d.item_id and r.country = d.country)
    ), written as (
        insert into public.item_trends as t (item_id, country, kind, language, trend)
        select r.item_id, r.country, i.kind, i.language, r.week + ln(r.events) / ln(2::double precision)
        from rounded as r
        join public.items as i on i.id = r.item_id
        where r.events > 0
        order by r.item_id, r.country
        on conflict (item_id, country) do update set language = excluded.language, trend = excluded.trend
    )
    select count(*) into v_published from due;
    return v_published;
end
$$;
comment on function private.publish_trends(integer) is 'Publish the trends that enough accounts changed.';
revoke execute on function private.publish_trends(integer) from public;

-- source: sql/private/recommend/published_level.sql
-- The mean of the published ratings of the 1,000 most popular items, which hold most ratings; null where nothing is
-- published. What others can see goes by it, where private.global_baseline would show a single rating.
create or replace function private.published_baseline() returns double precision
language sql stable set search_path = ''
as $$
    select sum(s.rating_sum) / sum(s.rating_count)
    from (
        select i.rating_sum, i.rating_count
        from public.item_stats as i
        where i.rating_sum > 0
        order by i.rating_sum desc, i.item_id
        limit 1000
    ) as s
$$;
comment on function private.published_baseline() is 'The mean rating of the most popular items, as published.';
revoke execute on function private.published_baseline() from public;

-- source: sql/private/recommend/rating_level.sql
-- The mean rating of the 1,000 most popular items, which hold most ratings; null where nothing is rated.
-- Read as it is now: no job has to keep it.
create or replace function private.global_baseline() returns double precision
language sql stable set search_path = ''
as $$
    select sum(s.rating_sum) / sum(s.rating_count)
    from (
        select i.rating_sum, i.rating_count
        from private.item_counts as i
        where i.rating_sum > 0
        order by i.rating_sum desc, i.item_id
        limit 1000
    ) as s
$$;
comment on function private.global_baseline() is 'The mean rating of the most popular items.';
revoke execute on function private.global_baseline() from public;
grant execute on function private.global_baseline() to service_role;

-- source: sql/private/recommend/round_by_chance.sql
-- A count as a multiple of a step: the one below or the one above, by chance, so that it is right on average and no
-- count is known at which the published one changes.
create or replace function private.stochastic_round(count bigint, step integer) returns integer
language sql volatile set search_path = ''
as $$
    select (
        count - count % step + case when private.random_fraction() * step < count % step then step else 0 end
    )::integer
$$;
comment on function private.stochastic_round(bigint, integer) is
'A count as a multiple of a step, up or down by chance.';
revoke execute on function private.stochastic_round(bigint, integer) from public;

-- source: sql/private/recommend/trending.sql
-- What people rate, watch and share now, as published, most first; score in events of today's weight.
--   kind       none: all of them
--   languages  of the items; none: all of them
--   country    two capital letters, where the events were; none: the world
--   count      how many at most
--   viewer     what this viewer may see; none: everything
-- Each kind and language is read from the end of an index, and no further than count items that may be seen.
create or replace function private.trending(
    kind text, languages text[], country text, count integer, viewer private.viewer default null
)
returns table (item_id uuid, score double precision, language text)
language plpgsql stable rows 20 set search_path = '' set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_country text := coalesce(trending.country, '001');
    v_kinds text[] := case
        when trending.kind is null then array['movie', 'tv_show', 'sports', 'book'] else array[trending.kind]
    end;
    v_now double precision := private.trend_of(1, now());
begin
    return query
    with listed as (
        select t.*
        from unnest(v_kinds) as k (kind)
        cross join lateral (
            select t.item_id, t.trend, t.language
            from public.item_trends as t
            where
                trending.languages is null
                and t.country = v_country and t.kind = k.kind
                and (select private.is_available(i, viewer) from public.items as i where i.id = t.item_id)
            order by t.trend desc, t.item_id
            limit trending.count
        ) as t
        union all
        select t.*
        from unnest(v_kinds) as k (kind)
        cross join (select distinct l.language from unnest(trending.languages) as l (language)) as l
        cross join lateral (
            select t.item_id, t.trend, t.language
            from public.item_trends as t
            where
                t.country = v_country and t.kind = k.kind and t.language = l.language
                and (select private.is_available(i, viewer) from public.items as i where i.id = t.item_id)
            order by t.trend desc, t.item_id
            limit trending.count
        ) as t
    )
    select l.item_id, power(2::double precision, greatest(l.trend - v_now, -1000)), l.language
    from listed as l
    order by l.trend desc, l.item_id
    limit trending.count;
end
$$;
comment on function private.trending(text, text[], text, integer, private.viewer) is
'What people rate, watch and share now, by country and language.';
revoke execute on function private.trending(text, text[], text, integer, private.viewer) from public;
grant execute on function private.trending(text, text[], text, integer, private.viewer)
to anon, authenticated, service_role;

-- source: sql/triggers/interactions.sql
-- A client writes so many events in a day; what is published of items follows them.
create or replace trigger admit_inserted
after insert on public.interactions referencing new table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger note_inserted
after insert on public.interactions referencing new table as new_rows
for each statement execute function private.note_interactions();

-- source: sql/access/item_counts.sql
-- Exact counts would show what one person rated: they are the service's and the functions' that return none of them.
alter table private.item_counts enable row level security;
revoke all on private.item_counts from anon, authenticated;
grant all on private.item_counts to service_role;

-- source: sql/access/pending_changes.sql
-- What waits for publication is for the triggers and the job.
alter table private.pending_changes enable row level security;
revoke all on private.pending_changes from anon, authenticated;

-- source: sql/access/publication.sql
-- The rules of publication are for those who run the database.
alter table private.publication enable row level security;
revoke all on private.publication from anon, authenticated;

-- source: sql/rpc/recommend/get_trending_items.sql
-- What people rate, watch and share now: each event counts half as much a week later. Only what the viewer may see, and
-- what five accounts or more did; scores are rounded and change in batches.
--   count     how many at most, 1 to 200, default 20
--   kind      movie, tv_show, sports or book; none: all of them
--   country   where the events were: two capital letters (ISO 3166); none: everywhere
--   language  of the items: two or three small letters (ISO 639); none: all of them
-- Returns id, kind, title, overview, year, language, image, score (events of today's weight); most first.
-- Raises 22023 for a parameter out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_trending_items {"count": 10, "country": "FR"}
create or replace function public.get_trending_items(
    count integer default 20, kind text default null, country text default null, language text default null
)
returns setof public.trending_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_trending_items.count, 20);
    v_languages text[] := case when get_trending_items.language is not null then array[get_trending_items.language] end;
    v_viewer private.viewer := private.current_viewer();
begin
    perform private.check_range('count', v_count, 1, 200);
    perform private.check_kind(get_trending_items.kind);
    perform private.check_form('country', get_trending_items.country, '^[A-Z]{2}$', 'FR');
    perform private.check_form('language', get_trending_items.language, '^[a-z]{2,3}$', 'fr');
    return query
    select c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, t.score
    from private.trending(
        get_trending_items.kind, v_languages, get_trending_items.country, v_count, v_viewer
    ) as t
    join public.catalog_items as c on c.id = t.item_id
    order by t.score desc, c.id;
end
$$;
comment on function public.get_trending_items(integer, text, text, text) is 'What people rate, watch and share now.';
revoke execute on function public.get_trending_items(integer, text, text, text) from public;
grant execute on function public.get_trending_items(integer, text, text, text) to anon, authenticated, service_role;
