-- Lookup tables: the lists that several functions repeated, with what each value means to them.
-- The checks that are dropped held the values that the new keys demand, so adding them finds no fault.

-- squawk-ignore-file adding-foreign-key-constraint, constraint-missing-not-valid, ban-drop-constraint

set lock_timeout = '10s';
set check_function_bodies = off;

create table public.kinds (
    name text primary key,
    position smallint not null unique,
    description text not null
);
alter table public.kinds enable row level security;
comment on table public.kinds is 'Lookup table: the kinds of items.';
comment on column public.kinds.name is 'The kind as items.kind has it.';
comment on column public.kinds.position is 'The order in which lists of kinds show it.';
comment on column public.kinds.description is 'The kind in a sentence.';
insert into public.kinds (name, position, description) values
('movie', 1, 'A film.'),
('tv_show', 2, 'A series.'),
('sports', 3, 'A sports event.'),
('book', 4, 'A book, with a row in books; every other kind has one in content.');

create table public.maturity_ratings (
    name text primary key,
    system text not null,
    minimum_age smallint not null,
    description text not null,
    constraint maturity_ratings_age_sane check (minimum_age between 0 and 21),
    constraint maturity_ratings_age_once unique (system, minimum_age)
);
alter table public.maturity_ratings enable row level security;
comment on table public.maturity_ratings is
'Lookup table: maturity ratings of content and profiles, and the age that each one means.';
comment on column public.maturity_ratings.name is 'The rating as content and profiles have it.';
comment on column public.maturity_ratings.system is 'Who assigns it: MPA, the Motion Picture Association.';
comment on column public.maturity_ratings.minimum_age is
'Minimum age in years of who may see such content. Ratings are compared by it.';
comment on column public.maturity_ratings.description is 'The rating in a sentence.';
insert into public.maturity_ratings (name, system, minimum_age, description) values
('G', 'MPA', 0, 'For all ages.'),
('PG', 'MPA', 8, 'Some material may not suit young children.'),
('PG-13', 'MPA', 13, 'Some material may not suit children under 13.'),
('R', 'MPA', 17, 'Under 17 only with an adult.'),
('NC-17', 'MPA', 18, 'For adults.');

create table private.roles (
    name text primary key,
    position smallint not null unique,
    description text not null
);
alter table private.roles enable row level security;
comment on table private.roles is 'Lookup table: the roles of users.';
comment on column private.roles.name is 'The role as user_roles and app_metadata.roles of the token have it.';
comment on column private.roles.position is 'The order in which lists of roles show it.';
comment on column private.roles.description is 'What the role may do.';
insert into private.roles (name, position, description) values
('student', 1, 'Learns; the role of every user without another.'),
('tutor', 2, 'Accompanies students.'),
('editor', 3, 'Maintains the catalogue.'),
('reviewer', 4, 'Reviews what editors submit.'),
('admin', 5, 'Manages users, roles and everything that editors and reviewers may do.');

create table public.subscription_statuses (
    name text primary key,
    grants_tier boolean not null,
    description text not null
);
alter table public.subscription_statuses enable row level security;
comment on table public.subscription_statuses is 'Lookup table: the statuses of subscriptions.';
comment on column public.subscription_statuses.name is 'The status as subscriptions.status has it.';
comment on column public.subscription_statuses.grants_tier is
'Whether the subscription grants its tier until current_period_end.';
comment on column public.subscription_statuses.description is 'The status in a sentence.';
insert into public.subscription_statuses (name, grants_tier, description) values
('trial', true, 'Free of charge until the period ends.'),
('active', true, 'Paid for.'),
('past_due', true, 'A payment failed; the grace period runs.'),
('paused', false, 'Paused by its owner.'),
('expired', false, 'Ended for want of payment.'),
('cancelled', true, 'Cancelled by its owner; it ends with the period.');

create table public.interaction_types (
    name text primary key,
    is_positive boolean not null default false,
    verdict text,
    cancels boolean not null default false,
    trend_weight double precision not null default 0,
    description text not null,
    constraint interaction_types_verdict_known check (verdict in ('positive', 'negative')),
    constraint interaction_types_weight_not_negative check (trend_weight between 0 and 1)
);
alter table public.interaction_types enable row level security;
comment on table public.interaction_types is
'Lookup table: the types of interactions, and what each one means to recommendations and trends.';
comment on column public.interaction_types.name is 'The type as record_interactions takes it.';
comment on column public.interaction_types.is_positive is
'Whether the event counts as positive feedback, unless the verdict is negative.';
comment on column public.interaction_types.verdict is
'positive or negative: the latest event with a verdict decides. Null: the type is no verdict.';
comment on column public.interaction_types.cancels is 'Whether the event cancels all earlier events on the item.';
comment on column public.interaction_types.trend_weight is 'What the event adds to trends, 0 to 1; a rating of 5 adds 1.';
comment on column public.interaction_types.description is 'The type in a sentence.';
insert into public.interaction_types (name, is_positive, verdict, cancels, trend_weight, description) values
('view', false, null, false, 0.3, 'Opened the item''s page.'),
('click', false, null, false, 0.3, 'Chose the item in a list.'),
('share', true, null, false, 1, 'Shared the item.'),
('save', true, 'positive', false, 0.3, 'Saved the item for later.'),
('like', true, 'positive', false, 1, 'Liked the item.'),
('complete', true, null, false, 1, 'Watched or read to the end.'),
('dislike', false, 'negative', false, 0, 'Disliked the item.'),
('dismiss', false, 'negative', false, 0, 'Does not want the item in lists.'),
('undo', false, null, true, 0, 'Takes back all earlier events on the item.');

comment on table public.tiers is 'Lookup table: the tiers of subscriptions; free is the tier without one.';

insert into private.data_inventory (schema_name, table_name, holds, is_personal, on_erasure) values
('public', 'kinds', 'The kinds of items.', false, 'none'),
('public', 'maturity_ratings', 'Maturity ratings and their minimum ages.', false, 'none'),
('private', 'roles', 'The roles that users can have.', false, 'none'),
('public', 'subscription_statuses', 'The statuses of subscriptions.', false, 'none'),
('public', 'interaction_types', 'The types of interactions.', false, 'none');

alter table public.items
drop constraint items_kind_known,
add constraint items_kind_known foreign key (kind) references public.kinds (name);
alter table public.content
drop constraint content_maturity_known,
add constraint content_maturity_known foreign key (maturity_rating) references public.maturity_ratings (name),
drop constraint content_kind_known,
add constraint content_kind_known check (kind <> 'book');
alter table public.profiles
drop constraint profiles_maturity_known,
add constraint profiles_maturity_known foreign key (maturity_rating) references public.maturity_ratings (name);
alter table public.item_availability
drop constraint item_availability_tier_known,
add constraint item_availability_tier_known foreign key (tier) references public.tiers (name);
alter table private.user_roles
drop constraint user_roles_known,
add constraint user_roles_known foreign key (role) references private.roles (name);
alter table public.subscriptions
drop constraint subscriptions_status_known,
add constraint subscriptions_status_known foreign key (status) references public.subscription_statuses (name);
alter table public.interactions
drop constraint interactions_type_known,
add constraint interactions_type_known foreign key (type) references public.interaction_types (name);

-- source: sql/private/recommend/feedback/feedback.sql
-- Each rater's current feedback on each item, from interactions alone. public.interaction_types says what each type
-- means. The latest event with a verdict (like, save, dislike, dismiss) decides. An undo cancels every event before it.
-- A share or a completion counts as positive unless the verdict is negative. Events with the same time are ordered by
-- when they were received. An event dated after its receipt counts as of its receipt, since a client's clock may be
-- fast.
--   liked_at      when the latest positive event occurred; null if the verdict is negative or the event was undone
--   is_refused    the verdict is negative: a dislike or a dismissal
--   is_disliked   the verdict is a dislike
--   is_completed  the item was watched to the end, and this was not undone
--   refused_at    when the latest dislike or dismissal occurred; null unless is_refused
create or replace view private.feedback with (security_invoker = true) as
select
    e.rater_id,
    e.item_id,
    case when e.liked > e.undone and not e.is_refused then e.liked[1] end as liked_at,
    e.is_refused,
    e.is_refused and e.disliked = e.refused as is_disliked,
    e.completed > e.undone as is_completed,
    case when e.is_refused then e.refused[1] end as refused_at
from (
    select
        t.*,
        t.refused > t.undone and t.refused >= t.chosen as is_refused
    from (
        select
            i.rater_id,
            i.item_id,
            coalesce(max(a.at) filter (where t.verdict = 'positive'), '{}') as chosen,
            coalesce(max(a.at) filter (where t.is_positive), '{}') as liked,
            coalesce(max(a.at) filter (where t.verdict = 'negative'), '{}') as refused,
            coalesce(max(a.at) filter (where i.type = 'dislike'), '{}') as disliked,
            coalesce(max(a.at) filter (where i.type = 'complete'), '{}') as completed,
            coalesce(max(a.at) filter (where t.cancels), '{}') as undone
        from public.interactions as i
        inner join public.interaction_types as t on i.type = t.name
        cross join lateral (select array[least(i.occurred_at, i.received_at), i.received_at]) as a (at)
        where t.is_positive or t.verdict = 'negative' or t.cancels
        group by i.rater_id, i.item_id
    ) as t
) as e;
comment on view private.feedback is 'Each rater''s current feedback on each item, from interactions.';

-- source: sql/private/recommend/publication/trend_votes.sql
-- The ratings and events that trends are computed from. A rating weighs rating / 5, an event
-- interaction_types.trend_weight; types without one and the events that the rater undid are left out; events are
-- ordered as in private.feedback. The day is that of receipt by the server, whatever time the client stated.
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
    t.trend_weight as weight,
    i.occurred_at
from public.interactions as i
inner join public.interaction_types as t on i.type = t.name
inner join private.counted_raters as v on i.rater_id = v.rater_id
where
    t.trend_weight > 0
    and not exists (
        select
        from public.interactions as u
        where
            u.rater_id = i.rater_id
            and u.item_id = i.item_id
            and u.type = 'undo'
            and array[least(u.occurred_at, u.received_at), u.received_at]
            >= array[least(i.occurred_at, i.received_at), i.received_at]
    );
comment on view private.trend_votes is
'The ratings and events that trends are computed from, each with its voter and weight.';

-- source: sql/private/catalog/items/check_kind.sql
-- Helper. Raises 22023 unless kind is one of public.kinds. Null is accepted and means any kind.
create or replace function private.check_kind(kind text) returns void
language plpgsql stable set search_path = ''
as $$
begin
    if not private.is_kind(kind) then
        raise exception 'kind must be %, not %',
            (select private.either(array_agg(k.name order by k.position)) from public.kinds as k), left(kind, 40)
            using errcode = '22023', detail = '{"field": "kind"}';
    end if;
end
$$;
comment on function private.check_kind(text) is 'Raise an error for an unknown kind of item.';
revoke execute on function private.check_kind(text) from public;
grant execute on function private.check_kind(text) to anon, authenticated, service_role;

-- source: sql/private/catalog/items/is_kind.sql
-- Helper. Returns whether a word is a known kind of item (public.kinds); true for null.
create or replace function private.is_kind(word text) returns boolean
language sql stable set search_path = ''
as $$
    select is_kind.word is null or exists (select from public.kinds as t where t.name = is_kind.word)
$$;
comment on function private.is_kind(text) is 'Whether a word is a known kind of item.';
revoke execute on function private.is_kind(text) from public;
grant execute on function private.is_kind(text) to anon, authenticated, service_role;

-- source: sql/private/identity/ages/is_maturity_rating.sql
-- Helper. Returns whether a word is a known maturity rating (public.maturity_ratings); true for null. Triggers use
-- it in their WHEN.
create or replace function private.is_maturity_rating(word text) returns boolean
language sql stable set search_path = ''
as $$
    select is_maturity_rating.word is null or exists (select from public.maturity_ratings as t where t.name = is_maturity_rating.word)
$$;
comment on function private.is_maturity_rating(text) is 'Whether a word is a known maturity rating.';
revoke execute on function private.is_maturity_rating(text) from public;
grant execute on function private.is_maturity_rating(text) to authenticated, service_role;

-- source: sql/private/identity/ages/minimum_age.sql
-- Helper. Returns the minimum age of a maturity rating, from public.maturity_ratings; null if it is unrated.
create or replace function private.minimum_age(maturity_rating text) returns smallint
language sql stable set search_path = ''
as $$
    select r.minimum_age from public.maturity_ratings as r where r.name = minimum_age.maturity_rating
$$;
comment on function private.minimum_age(text) is 'The minimum age of a maturity rating.';
revoke execute on function private.minimum_age(text) from public;
grant execute on function private.minimum_age(text) to anon, authenticated, service_role;

-- source: sql/private/identity/ages/profile_age.sql
-- Helper. Returns the highest minimum age of items that a profile sees: that of its maturity rating, for a kids profile
-- at most that of PG.
create or replace function private.profile_age(maturity_rating text, is_kids boolean) returns smallint
language sql stable set search_path = ''
as $$
    select least(
        private.minimum_age(profile_age.maturity_rating),
        case when profile_age.is_kids then private.minimum_age('PG') end
    )
$$;
comment on function private.profile_age(text, boolean) is 'The highest minimum age of items that a profile sees.';
revoke execute on function private.profile_age(text, boolean) from public;
grant execute on function private.profile_age(text, boolean) to anon, authenticated, service_role;

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
    if not exists (select from private.roles as r where r.name = change_role.role) then
        raise exception 'role must be %', (select private.either(array_agg(r.name order by r.position)) from private.roles as r)
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

-- source: sql/private/identity/roles/is_editor.sql
-- Policy predicate. Returns whether the caller's token has the role editor or admin. Never raises.
create or replace function private.is_editor() returns boolean
language sql stable set search_path = ''
as $$
    select private.has_role('editor') or private.has_role('admin')
$$;
comment on function private.is_editor() is 'Whether the caller is an editor or an admin.';
revoke execute on function private.is_editor() from public;
grant execute on function private.is_editor() to anon, authenticated, service_role;

-- source: sql/private/identity/tiers/is_tier.sql
-- Helper. Returns whether a word is a known tier (public.tiers); true for null.
create or replace function private.is_tier(word text) returns boolean
language sql stable set search_path = ''
as $$
    select is_tier.word is null or exists (select from public.tiers as t where t.name = is_tier.word)
$$;
comment on function private.is_tier(text) is 'Whether a word is a known tier.';
revoke execute on function private.is_tier(text) from public;
grant execute on function private.is_tier(text) to anon, authenticated, service_role;

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
            inner join public.subscription_statuses as t on s.status = t.name and t.grants_tier
            where
                s.account_id = tier_of.account_id
                and now() < s.current_period_end
        ),
        'free'
    )
$$;
comment on function private.tier_of(uuid) is 'The tier of an account now.';
revoke execute on function private.tier_of(uuid) from public;
grant execute on function private.tier_of(uuid) to authenticated, service_role;

-- source: sql/private/platform/quotas/file_account.sql
-- Helper. Returns the account whose quota a file uses: in avatars and speech the one of its folder, else the uploader;
-- null for a file of the service.
create or replace function private.file_account(bucket_id text, name text, owner_id text) returns uuid
language sql immutable set search_path = ''
as $$
    select private.as_uuid(case when private.holds_uploads(bucket_id) then split_part(name, '/', 1) else owner_id end)
$$;
comment on function private.file_account(text, text, text) is 'The account whose quota a file uses.';
revoke execute on function private.file_account(text, text, text) from public;

-- source: sql/private/platform/validation/either.sql
-- Helper. Returns words as a sentence lists them: `a`, `a or b`, `a, b or c`; null for none.
create or replace function private.either(words text[]) returns text
language sql immutable set search_path = ''
as $$
    select concat_ws(' or ', nullif(array_to_string(words[:cardinality(words) - 1], ', '), ''), words[cardinality(words)])
$$;
comment on function private.either(text[]) is 'Words as a sentence lists them: a, b or c.';
revoke execute on function private.either(text[]) from public;
grant execute on function private.either(text[]) to anon, authenticated, service_role;

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
        'where private.is_personal_bucket(o.bucket_id) and o.created_at < now() - interval ''1 hour'' '
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
            'where private.is_personal_bucket(o.bucket_id) and $1::text in (o.owner_id, split_part(o.name, ''/'', 1)) '
            'order by o.bucket_id, o.name'
            using account_id;
    end if;
end
$$;
comment on function private.personal_files(uuid) is 'The files that belong to an account alone.';
revoke execute on function private.personal_files(uuid) from public;

-- source: sql/private/recommend/feedback/interaction_error.sql
-- Helper. Returns the name of the first field of an event that is missing or invalid; null for a valid event.
-- occurred_at must be an ISO 8601 timestamp with seconds and a time zone, such as 2026-11-30T13:45:00Z, within the last
-- 30 days; one minute ahead is allowed for a client whose clock is fast. Words such as "yesterday" or "infinity", which
-- Postgres would accept, are invalid.
create or replace function private.interaction_error(event jsonb) returns text
language sql stable set search_path = ''
as $$
    select case
        when jsonb_typeof(event) <> 'object' then 'object'
        when not coalesce(pg_input_is_valid(event ->> 'client_id', 'uuid'), false) then 'client_id'
        when not coalesce(pg_input_is_valid(event ->> 'item_id', 'uuid'), false) then 'item_id'
        when not exists (select from public.interaction_types as t where t.name = event ->> 'type') then 'type'
        when coalesce(jsonb_typeof(event -> 'metadata'), 'null') not in ('object', 'null')
            or length(event ->> 'metadata') > 2000
            or jsonb_path_exists(event -> 'metadata', 'strict $.**{9 to last}') then 'metadata'
        when event ->> 'occurred_at' is null then null
        when
            event ->> 'occurred_at'
            !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:?[0-9]{2})$'
            or not pg_input_is_valid(event ->> 'occurred_at', 'timestamptz') then 'occurred_at'
        when
            (event ->> 'occurred_at')::timestamptz
            not between now() - interval '30 days' and now() + interval '1 minute' then 'occurred_at'
    end
$$;
comment on function private.interaction_error(jsonb) is
'Returns the first field of an event that is missing or invalid.';
revoke execute on function private.interaction_error(jsonb) from public;

-- source: sql/private/search/query/check_search.sql
-- Helper. Raises 22023, naming the field, if a parameter of search_content is missing or out of range.
create or replace function private.check_search(
    query text, query_embedding extensions.vector, filters private.search_filters, count integer
)
returns void
language plpgsql stable set search_path = ''
as $$
begin
    if length(query) > 1000 or query !~ '\S' and query_embedding is null then
        raise exception 'query must have 1 to 1,000 characters'
            using errcode = '22023', detail = '{"field": "query", "min": 1, "max": 1000}';
    end if;
    if query_embedding is not null then
        perform private.check_embedding(query_embedding);
    end if;
    perform private.check_kind(filters.kind);
    perform private.check_length('genre', filters.genre, 100);
    perform private.check_length('language', filters.language, 35);
    if not private.is_tier(filters.tier) then
        raise exception 'tier must be %, not %',
            (select private.either(array_agg(t.name order by t.rank)) from public.tiers as t), left(filters.tier, 40)
            using errcode = '22023', detail = '{"field": "tier"}';
    end if;
    perform private.check_range('year_from', coalesce(filters.year_from, 0), 0, 3000);
    perform private.check_range('year_to', coalesce(filters.year_to, 0), 0, 3000);
    perform private.check_range('count', count, 1, 100);
end
$$;
comment on function private.check_search(text, extensions.vector, private.search_filters, integer) is
'Raises an error if a parameter of search_content is missing or out of range.';
revoke execute on function private.check_search(text, extensions.vector, private.search_filters, integer) from public;
grant execute on function private.check_search(text, extensions.vector, private.search_filters, integer)
to anon, authenticated, service_role;

-- source: sql/private/platform/files/holds_uploads.sql
-- Helper. Returns whether users upload their own files to a bucket, each into the folder named by its user id.
create or replace function private.holds_uploads(bucket_id text) returns boolean
language sql immutable
return bucket_id in ('avatars', 'speech');
comment on function private.holds_uploads(text) is 'Whether users upload their own files to a bucket.';
revoke execute on function private.holds_uploads(text) from public;
grant execute on function private.holds_uploads(text) to anon, authenticated, service_role;

-- source: sql/private/platform/files/is_catalog_bucket.sql
-- Helper. Returns whether editors upload files of the catalogue to a bucket.
create or replace function private.is_catalog_bucket(bucket_id text) returns boolean
language sql immutable
return bucket_id in ('artwork', 'masters', 'imports');
comment on function private.is_catalog_bucket(text) is 'Whether editors upload files of the catalogue to a bucket.';
revoke execute on function private.is_catalog_bucket(text) from public;
grant execute on function private.is_catalog_bucket(text) to anon, authenticated, service_role;

-- source: sql/private/platform/files/is_in_profile_folder.sql
-- Policy predicate. Returns whether a file is in a profile's folder, <user id>/<profile id>/. Never raises. The query
-- planner inlines it.
create or replace function private.is_in_profile_folder(name text, profile_id uuid) returns boolean
language sql immutable
return name like '%/%/%' and split_part(name, '/', 2) = profile_id::text;
comment on function private.is_in_profile_folder(text, uuid) is 'Whether a file is in a profile''s folder.';
revoke execute on function private.is_in_profile_folder(text, uuid) from public;
grant execute on function private.is_in_profile_folder(text, uuid) to anon, authenticated, service_role;

-- source: sql/private/platform/files/is_personal_bucket.sql
-- Helper. Returns whether a bucket holds files of users: what they upload and the pictures made of it.
create or replace function private.is_personal_bucket(bucket_id text) returns boolean
language sql immutable
return private.holds_uploads(bucket_id) or bucket_id = 'portraits';
comment on function private.is_personal_bucket(text) is 'Whether a bucket holds files of users.';
revoke execute on function private.is_personal_bucket(text) from public;
grant execute on function private.is_personal_bucket(text) to anon, authenticated, service_role;

-- source: sql/private/platform/files/owns_file.sql
-- Policy predicate. Returns whether a file is in the user's own folder of a bucket that users upload to. Never raises.
-- The query planner inlines it.
create or replace function private.owns_file(bucket_id text, name text, user_id uuid) returns boolean
language sql immutable
return private.holds_uploads(bucket_id) and starts_with(name, user_id::text || '/');
comment on function private.owns_file(text, text, uuid) is 'Whether a file is in the user''s own folder.';
revoke execute on function private.owns_file(text, text, uuid) from public;
grant execute on function private.owns_file(text, text, uuid) to anon, authenticated, service_role;

-- source: sql/triggers/content.sql
-- Content: triggers refuse an unknown maturity rating, create, update and delete the row of items, set updated_at,
-- enqueue an embedding when the text changes, and update the search index.
create or replace trigger create_item
before insert on public.content
for each row execute function private.create_item();

create or replace trigger delete_item
after delete on public.content
for each row execute function private.create_item();

create or replace trigger touch
before update on public.content
for each row execute function private.touch();

create or replace trigger enqueue_inserted
after insert on public.content referencing new table as changed_rows
for each statement execute function private.enqueue_embeddings();

create or replace trigger enqueue_updated
after update on public.content referencing new table as changed_rows
for each statement execute function private.enqueue_embeddings();

create or replace trigger describe_inserted
after insert on public.content referencing new table as changed_rows
for each statement execute function private.describe_items();

create or replace trigger describe_updated
after update on public.content referencing new table as changed_rows
for each statement execute function private.describe_items();

create or replace trigger index_inserted
after insert on public.content referencing new table as changed_rows
for each statement execute function private.index_changed('id');

create or replace trigger index_updated
after update on public.content referencing new table as changed_rows
for each statement execute function private.index_changed('id');

create or replace trigger refuse_maturity_rating
before insert or update on public.content
for each row when (not private.is_maturity_rating(new.maturity_rating))
execute function private.refuse_value(
    'content_maturity_known', 'maturity_rating', 'maturity_rating must be G, PG, PG-13, R or NC-17'
);

-- source: sql/triggers/item_availability.sql
-- Sets items.is_restricted when rows of an item change; refuses an unknown tier.
create or replace trigger mark_inserted
after insert on public.item_availability referencing new table as changed_rows
for each statement execute function private.mark_restricted();

create or replace trigger mark_updated_from
after update on public.item_availability referencing old table as changed_rows
for each statement execute function private.mark_restricted();

create or replace trigger mark_updated_to
after update on public.item_availability referencing new table as changed_rows
for each statement execute function private.mark_restricted();

create or replace trigger mark_deleted
after delete on public.item_availability referencing old table as changed_rows
for each statement execute function private.mark_restricted();

create or replace trigger refuse_tier
before insert or update on public.item_availability
for each row when (not private.is_tier(new.tier))
execute function private.refuse_value('item_availability_tier_known', 'tier', 'tier must be free or premium');

-- source: sql/triggers/items.sql
-- Copies a changed language to the item's trends.
create or replace trigger trend_language
after update of language on public.items
for each row when (old.language is distinct from new.language) execute function private.trend_language();

create or replace trigger refuse_kind
before insert or update on public.items
for each row when (not private.is_kind(new.kind))
execute function private.refuse_value('items_kind_known', 'kind', 'kind must be movie, tv_show, sports or book');

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
for each row when (not private.is_maturity_rating(new.maturity_rating))
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

-- source: sql/access/interaction_types.sql
-- Everyone reads the types of interactions; migrations alone change its rows.
alter table public.interaction_types enable row level security;
revoke all on public.interaction_types from anon, authenticated, service_role;
grant select on public.interaction_types to anon, authenticated, service_role;

drop policy if exists interaction_types_select_all on public.interaction_types;
create policy interaction_types_select_all on public.interaction_types
for select to anon, authenticated
using (true);
comment on policy interaction_types_select_all on public.interaction_types is
'Everyone reads the types of interactions.';

-- source: sql/access/kinds.sql
-- Everyone reads the kinds of items; migrations alone change its rows.
alter table public.kinds enable row level security;
revoke all on public.kinds from anon, authenticated, service_role;
grant select on public.kinds to anon, authenticated, service_role;

drop policy if exists kinds_select_all on public.kinds;
create policy kinds_select_all on public.kinds
for select to anon, authenticated
using (true);
comment on policy kinds_select_all on public.kinds is 'Everyone reads the kinds of items.';

-- source: sql/access/maturity_ratings.sql
-- Everyone reads maturity ratings; migrations alone change its rows.
alter table public.maturity_ratings enable row level security;
revoke all on public.maturity_ratings from anon, authenticated, service_role;
grant select on public.maturity_ratings to anon, authenticated, service_role;

drop policy if exists maturity_ratings_select_all on public.maturity_ratings;
create policy maturity_ratings_select_all on public.maturity_ratings
for select to anon, authenticated
using (true);
comment on policy maturity_ratings_select_all on public.maturity_ratings is 'Everyone reads maturity ratings.';

-- source: sql/access/roles.sql
-- Clients do not read roles; the service does; migrations alone change its rows.
alter table private.roles enable row level security;
revoke all on private.roles from anon, authenticated, service_role;
grant select on private.roles to service_role;

-- source: sql/access/storage_objects.sql
-- Files: users own the folder named by their id in avatars and speech; editors and admins upload to artwork, masters
-- and imports; only workers write media, and clients read it through signed URLs. On hosted Supabase only Storage may
-- comment on these policies, so they have no comments.

drop policy if exists objects_select_own on storage.objects;
create policy objects_select_own on storage.objects
for select to authenticated
using (private.owns_file(bucket_id, name, (select auth.uid())));

drop policy if exists objects_insert_own on storage.objects;
create policy objects_insert_own on storage.objects
for insert to authenticated
with check (private.owns_file(bucket_id, name, (select auth.uid())));

drop policy if exists objects_update_own on storage.objects;
create policy objects_update_own on storage.objects
for update to authenticated
using (private.owns_file(bucket_id, name, (select auth.uid())))
with check (private.owns_file(bucket_id, name, (select auth.uid())));

drop policy if exists objects_delete_own on storage.objects;
create policy objects_delete_own on storage.objects
for delete to authenticated
using (private.owns_file(bucket_id, name, (select auth.uid())));

drop policy if exists objects_select_editor on storage.objects;
create policy objects_select_editor on storage.objects
for select to authenticated
using (private.is_catalog_bucket(bucket_id) and (select private.is_editor()));

drop policy if exists objects_insert_editor on storage.objects;
create policy objects_insert_editor on storage.objects
for insert to authenticated
with check (private.is_catalog_bucket(bucket_id) and (select private.is_editor()));

drop policy if exists objects_update_editor on storage.objects;
create policy objects_update_editor on storage.objects
for update to authenticated
using (private.is_catalog_bucket(bucket_id) and (select private.is_editor()))
with check (private.is_catalog_bucket(bucket_id) and (select private.is_editor()));

drop policy if exists objects_delete_editor on storage.objects;
create policy objects_delete_editor on storage.objects
for delete to authenticated
using (private.is_catalog_bucket(bucket_id) and (select private.is_editor()));

-- A kids profile has a folder of its own, named by its id in the account's folder: it neither sees nor changes the
-- files of other profiles.

drop policy if exists objects_all_kids on storage.objects;
create policy objects_all_kids on storage.objects
as restrictive for all to authenticated
using (
    not (select private.is_kids_acting())
    or private.is_in_profile_folder(name, (select private.current_profile_id()))
)
with check (
    not (select private.is_kids_acting())
    or private.is_in_profile_folder(name, (select private.current_profile_id()))
);

-- Storage runs no request check, so this policy refuses a token that private.session_error finds invalid.

drop policy if exists objects_all_live on storage.objects;
create policy objects_all_live on storage.objects
as restrictive for all to authenticated
using ((select private.session_error()) is null)
with check ((select private.session_error()) is null);

-- source: sql/access/subscription_statuses.sql
-- Everyone reads the statuses of subscriptions; migrations alone change its rows.
alter table public.subscription_statuses enable row level security;
revoke all on public.subscription_statuses from anon, authenticated, service_role;
grant select on public.subscription_statuses to anon, authenticated, service_role;

drop policy if exists subscription_statuses_select_all on public.subscription_statuses;
create policy subscription_statuses_select_all on public.subscription_statuses
for select to anon, authenticated
using (true);
comment on policy subscription_statuses_select_all on public.subscription_statuses is
'Everyone reads the statuses of subscriptions.';
