-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- source: sql/private/identity/create_account.sql
-- Trigger: a new auth user gets an account and a default profile, a grown-up's: of the highest maturity rating. The
-- names the user wants are taken where they can be; signing up never fails because of them.
-- Definer: the auth server's role writes auth.users and none of ours.
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
comment on function private.create_account() is 'Trigger: makes account and default profile of a new auth user.';
revoke execute on function private.create_account() from public;

-- source: sql/private/recommend/compute_neighbours.sql
-- A rater compared with every other that is counted, over the items both rated, rare items left out
-- (private.rarity_limit). workers/common/neighbours.py computes the same of all raters.
--   similarity  Pearson's correlation of what both gave; null for one common rating, or where all are equal
--   weight      the correlation of how far above the items' levels both rated, about centres drawn to zero where few
--               items speak for them, shrunk by their number
--   affinity    common ratings, those of items that few rated counting less (private.rating_residuals), by the root of
--               both counts, the more the better they agree; 0 for a neighbour who rated nothing else. An item that the
--               rater rated below 3 and the neighbour did not is no common one here
--   level       how far above the items' levels the neighbour rated them
-- Reads others' ratings: for definer functions and workers only.
create or replace function private.compute_neighbours(rater_id uuid)
returns table (
    neighbour_id uuid, similarity double precision, co_ratings integer,
    weight double precision, affinity double precision, level double precision
)
language sql stable rows 300 set search_path = '' set work_mem = '16MB'
as $$
    with compared as materialized (
        select
            o.rater_id,
            count(*)::integer as co_ratings,
            coalesce(sum(m.share) filter (where m.rating >= 3 or o.rating < 3), 0) as share,
            corr(o.rating, m.rating) as similarity,
            regr_avgx(o.rating - m.level, m.above) as my_mean,
            regr_avgy(o.rating - m.level, m.above) as their_mean,
            regr_sxx(o.rating - m.level, m.above) as mine,
            regr_syy(o.rating - m.level, m.above) as theirs,
            regr_sxy(o.rating - m.level, m.above) as both
        from private.rating_residuals(compute_neighbours.rater_id) as m
        join public.ratings as o on o.item_id = m.item_id
        where o.rater_id <> compute_neighbours.rater_id and m.share > 0
        group by o.rater_id
    ), centred as (
        select
            c.rater_id,
            c.co_ratings,
            c.share,
            c.similarity,
            c.their_mean * c.co_ratings / (c.co_ratings + 20) as level,
            c.mine + c.co_ratings * power(c.my_mean * 20 / (c.co_ratings + 20), 2) as mine,
            c.theirs + c.co_ratings * power(c.their_mean * 20 / (c.co_ratings + 20), 2) as theirs,
            c.both + c.co_ratings * c.my_mean * c.their_mean * power(20.0::double precision / (c.co_ratings + 20), 2) as both
        from compared as c
    ), weighed as (
        select
            c.*,
            case
                when c.mine > 1e-9 and c.theirs > 1e-9
                    then private.shrink_correlation(greatest(-1, least(1, c.both / sqrt(c.mine * c.theirs))), c.co_ratings)
                else 0
            end as weight
        from centred as c
    )
    select
        w.rater_id,
        w.similarity,
        w.co_ratings,
        w.weight,
        case
            when r.rating_count > w.co_ratings
                then w.share * greatest(0, 1 + 2 * w.weight)
                    / sqrt((me.rating_count + 20)::double precision * (r.rating_count + 20))
            else 0
        end,
        w.level
    from weighed as w
    join public.raters as r on r.id = w.rater_id and r.is_counted
    join public.raters as me on me.id = compute_neighbours.rater_id
$$;
comment on function private.compute_neighbours(uuid) is 'A rater compared with every other.';
revoke execute on function private.compute_neighbours(uuid) from public;
grant execute on function private.compute_neighbours(uuid) to service_role;

-- source: sql/private/recommend/fault_of_interaction.sql
-- The first field of an event that is missing or wrong; null if it is right. occurred_at is an ISO 8601 timestamp with
-- seconds and a time zone, as in 2026-11-30T13:45:00Z, of the last 30 days; a minute ahead is taken for a clock that
-- runs fast. Words such as "yesterday" or "infinity", which Postgres would take, are none.
create or replace function private.interaction_error(event jsonb) returns text
language sql stable set search_path = ''
as $$
    select case
        when jsonb_typeof(event) <> 'object' then 'object'
        when not coalesce(pg_input_is_valid(event ->> 'client_id', 'uuid'), false) then 'client_id'
        when not coalesce(pg_input_is_valid(event ->> 'item_id', 'uuid'), false) then 'item_id'
        when
            coalesce(event ->> 'type', '')
            not in ('view', 'click', 'share', 'save', 'like', 'dislike', 'complete', 'dismiss', 'undo') then 'type'
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
comment on function private.interaction_error(jsonb) is 'The first field of an event that is wrong.';
revoke execute on function private.interaction_error(jsonb) from public;

-- source: sql/private/recommend/ratings_above.sql
-- A rater's ratings by exact counts, each with the item's level, how far it is above it, and how much it counts in a
-- comparison with others: the root of 1 - limit / n for n raters of the item, 0 for a rare item (private.rarity_limit).
-- No client gets what is computed from them. For definer functions and workers only.
create or replace function private.rating_residuals(rater_id uuid)
returns table (
    item_id uuid, rating double precision, level double precision, above double precision, share double precision
)
language sql stable rows 100 set search_path = ''
as $$
    select r.item_id, r.rating, l.level, r.rating - l.level, sqrt(greatest(0, 1 - a.rare / nullif(s.rating_count, 0)))
    from public.ratings as r
    left join private.item_counts as s on s.item_id = r.item_id
    cross join (
        select private.global_baseline() as of_all, private.rarity_limit()::double precision as rare offset 0
    ) as a
    cross join lateral (
        select private.item_baseline(coalesce(s.rating_sum, 0), coalesce(s.rating_count, 0), a.of_all) as level offset 0
    ) as l
    where r.rater_id = ratings_above.rater_id
$$;
comment on function private.rating_residuals(uuid) is 'A rater''s ratings, and how far each is above the item''s level.';
revoke execute on function private.rating_residuals(uuid) from public;
grant execute on function private.rating_residuals(uuid) to service_role;

-- source: sql/private/recommend/recommend.sql
-- A profile's list. Each part that counts for people with as many ratings proposes items; private.merge_sources makes one list
-- of them, and private.rerank_by_mmr puts it in order. Parts of next to no weight are asked only where the others do not
-- fill the list. A viewer who liked nothing so far gets private.newcomer's list. A part that fails is left out.
-- No reason names what is not for the viewer's age.
-- Raises as private.viewer. No profile at all (anon): a newcomer's list.
-- Definer: scores read others' ratings; none of them is returned.
create or replace function private.recommend(profile_id uuid, kind text, count integer, diversity real)
returns table (
    item_id uuid, place bigint, score double precision, reason_code text, because_of uuid, language text
)
language plpgsql stable rows 20 security definer set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    v_viewer private.viewer := private.viewer(profile_id);
    v_pool integer := greatest(60, recommend.count + 20);
    v_weights jsonb := private.source_weights(v_viewer.rater_id);
    v_part text;
    v_proposals private.proposal[] := '{}';
    v_list private.proposal[] := '{}';
    v_order integer[];
begin
    foreach v_part in array case
        when exists (select from private.positive_feedback as l where l.rater_id = v_viewer.rater_id and l.is_liked)
            then array['liked_together', 'taste', 'liked', 'trending', 'popular']
        else array['newcomer', 'trending', 'popular']
    end loop
        if (v_weights ->> v_part)::double precision > 0.01 or cardinality(v_list) < recommend.count then
            v_proposals := v_proposals || private.source_candidates(
                v_part, v_viewer, recommend.kind, v_pool
            );
            v_list := array(
                select b from private.merge_sources(v_proposals, v_weights, v_viewer, recommend.kind, v_pool) as b
            );
        end if;
    end loop;
    v_order := private.rerank_by_mmr(v_list, recommend.diversity, recommend.count);

    return query
    with listed as materialized (
        select (v_list[o.at]).*, o.place from unnest(v_order) with ordinality as o (at, place)
    )
    select l.item_id, l.place, l.score, l.reason_code, s.id, l.language
    from listed as l
    left join private.because_of(
        v_viewer.rater_id, array(select t.item_id from listed as t where t.reason_code = 'liked_together')
    ) as b on b.item_id = l.item_id
    left join public.items as s on s.id = coalesce(l.because_of, b.because_of) and private.fits_age(s, v_viewer)
    order by l.place;
end
$$;
comment on function private.recommend(uuid, text, integer, real) is
'A profile''s list of recommendations, if the caller may ask.';
revoke execute on function private.recommend(uuid, text, integer, real) from public;
grant execute on function private.recommend(uuid, text, integer, real) to anon, authenticated, service_role;

-- source: sql/private/recommend/store_interactions.sql
-- Check a list of events and write those that are new, for the acting profile's rater only. Raises 22023 where events
-- are bad, naming each with its first bad field; 42501 for a caller without a profile. A time that is a little ahead
-- counts as now.
-- Events that occur at one time, as those of one call may, count in the order of the list: by received_at.
-- Definer: events are written through here alone, so that each lands in its month.
create or replace function private.store_interactions(events jsonb) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    v_rater uuid := private.current_rater_id();
    v_country text := private.current_country();
    v_now timestamptz := clock_timestamp();
    v_faults jsonb;
    v_stored integer;
begin
    if v_rater is null then
        raise exception 'sign in to record interactions' using errcode = '42501';
    end if;
    select jsonb_agg(jsonb_build_object('event', f.place - 1, 'field', f.field) order by f.place) into v_faults
    from (
        select e.place, private.interaction_error(e.event) as field
        from jsonb_array_elements(events) with ordinality as e (event, place)
    ) as f
    where f.field is not null;
    if v_faults is not null then
        raise exception 'event % has a bad %', v_faults -> 0 ->> 'event', v_faults -> 0 ->> 'field'
            using errcode = '22023', detail = ((v_faults -> 0) || jsonb_build_object('faults', v_faults))::text,
            hint = 'See the parameters of record_interactions.';
    end if;
    insert into public.interactions
        (rater_id, client_id, month, item_id, type, metadata, occurred_at, received_at, country)
    select
        v_rater,
        e.client_id,
        date_trunc('month', least(coalesce(e.occurred_at, v_now), v_now) at time zone 'UTC')::date,
        e.item_id,
        e.type,
        coalesce(e.metadata, '{}'),
        least(coalesce(e.occurred_at, v_now), v_now),
        v_now + e.place * interval '1 microsecond',
        v_country
    from rows from (
        jsonb_to_recordset(events) as (
            client_id uuid, item_id uuid, type text, metadata jsonb, occurred_at timestamptz
        )
    ) with ordinality as e (client_id, item_id, type, metadata, occurred_at, place)
    order by e.client_id
    on conflict do nothing;
    get diagnostics v_stored = row_count;
    return v_stored;
end
$$;
comment on function private.store_interactions(jsonb) is 'Check events and write those that are new.';
revoke execute on function private.store_interactions(jsonb) from public;
grant execute on function private.store_interactions(jsonb) to authenticated, service_role;

-- source: sql/triggers/auth_users.sql
-- A new auth user gets an account, a profile and a rater; a changed address is mirrored; a deleted one takes along what
-- it left.
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

-- source: sql/triggers/identity.sql
-- accounts, profiles and subscriptions tell when they changed; an account has a few profiles, at least one, and one of
-- them is the default; each profile has its pseudonym; changes of roles are on record. A profile that goes leaves its
-- ratings, unnamed. While a child acts, what concerns the account stays as it is.
create or replace trigger touch
before update on public.accounts
for each row execute function private.touch();

create or replace trigger touch
before update on public.profiles
for each row execute function private.touch();

create or replace trigger touch
before update on public.subscriptions
for each row execute function private.touch();

create or replace trigger check_time_zone
before update of time_zone on public.accounts
for each row when (new.time_zone is distinct from old.time_zone) execute function private.check_time_zone();

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

create or replace trigger audit_role
after insert or delete on private.user_roles
for each row execute function private.audit_role();

create or replace trigger unname_ratings
before delete on public.profiles
for each row execute function private.pseudonymise_ratings();

create or replace trigger end_kids_sessions
before delete on public.profiles
for each row execute function private.end_kids_sessions();

create or replace trigger refuse_kids
before update on public.accounts
for each statement execute function private.refuse_kids();

create or replace trigger refuse_kids
before insert on public.consents
for each statement execute function private.refuse_kids();

create or replace trigger forget_age_rule
after insert or update or delete on public.profiles
for each statement execute function private.reset_age_rule();

create or replace trigger forget_age_rule
after insert or update or delete on private.kids_sessions
for each statement execute function private.reset_age_rule();
create or replace trigger count_rater
after update of is_counted on public.raters
for each row when (old.is_counted is distinct from new.is_counted) execute function private.count_rater();

create or replace trigger admit_inserted
after insert on public.profiles referencing new table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger admit_deleted
after delete on public.profiles referencing old table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger admit_inserted
after insert on public.consents referencing new table as changed_rows
for each statement execute function private.count_rows();

-- source: sql/triggers/ratings.sql
-- Who rates is the acting profile unless said otherwise, in the country of the request; a client writes so many ratings
-- in a day; counts, what is published, and neighbours follow every change.
alter table public.ratings alter column rater_id set default private.current_rater_id();
alter table public.ratings alter column country set default private.current_country();

create or replace trigger admit_inserted
after insert on public.ratings referencing new table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger admit_updated
after update on public.ratings referencing new table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger admit_deleted
after delete on public.ratings referencing old table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger check_item
before insert or update of item_id on public.ratings
for each row execute function private.check_rated_item();

-- Not where ratings only pass to another pseudonym.
create or replace trigger touch
before update on public.ratings
for each row when (old.rater_id = new.rater_id) execute function private.touch();

create or replace trigger count_inserted
after insert on public.ratings referencing new table as changed_rows
for each statement execute function private.count_ratings('1');

create or replace trigger count_updated_from
after update on public.ratings referencing old table as changed_rows
for each statement execute function private.count_ratings('-1');

create or replace trigger count_updated_to
after update on public.ratings referencing new table as changed_rows
for each statement execute function private.count_ratings('1');

create or replace trigger count_deleted
after delete on public.ratings referencing old table as changed_rows
for each statement execute function private.count_ratings('-1');

create or replace trigger note_inserted
after insert on public.ratings referencing new table as new_rows
for each statement execute function private.note_ratings();

create or replace trigger note_updated
after update on public.ratings referencing old table as old_rows new table as new_rows
for each statement execute function private.note_ratings();

create or replace trigger note_deleted
after delete on public.ratings referencing old table as old_rows
for each statement execute function private.note_ratings();

create or replace trigger enqueue_inserted
after insert on public.ratings referencing new table as changed_rows
for each statement execute function private.enqueue_similarity();

create or replace trigger enqueue_updated
after update on public.ratings referencing new table as changed_rows
for each statement execute function private.enqueue_similarity();

create or replace trigger enqueue_deleted
after delete on public.ratings referencing old table as changed_rows
for each statement execute function private.enqueue_similarity();

-- source: sql/access/item_stats.sql
-- Counts as private.publish_counts publishes them show no one's rating: all may read them, of items that exist for the
-- caller.
alter table public.item_stats enable row level security;
revoke all on public.item_stats from anon, authenticated;
grant select on public.item_stats to anon, authenticated;
grant all on public.item_stats to service_role;

drop policy if exists item_stats_select_everybody on public.item_stats;
create policy item_stats_select_everybody on public.item_stats
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(item_id));
comment on policy item_stats_select_everybody on public.item_stats is
'Everybody reads it of items that exist for the acting profile.';

-- source: sql/access/item_trends.sql
-- Trends as private.publish_counts publishes them show no one's event: all may read them, of items that exist for the
-- caller.
alter table public.item_trends enable row level security;
revoke all on public.item_trends from anon, authenticated;
grant select on public.item_trends to anon, authenticated;
grant all on public.item_trends to service_role;

drop policy if exists item_trends_select_everybody on public.item_trends;
create policy item_trends_select_everybody on public.item_trends
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(item_id));
comment on policy item_trends_select_everybody on public.item_trends is
'Everybody reads it of items that exist for the acting profile.';

-- source: sql/rpc/identity/export_my_data.sql
-- All that is stored about the caller: every row of every table that belongs to the account, its profiles and their
-- pseudonyms, and what sign-in keeps, without secrets. Columns that name other people are left out.
-- It may take longer than other calls: 20 s, where the REST server takes a function's time (PostgREST does).
-- Returns an object, table → list of rows; tables that have no row of the caller's are there with an empty list.
-- Raises 42501 without an account, kids_mode while a kids profile acts.
-- Roles: authenticated.
-- Example: rpc/export_my_data {}
create or replace function public.export_my_data() returns jsonb
language plpgsql stable set search_path = '' set statement_timeout = '20s'
as $$
begin
    return private.export_own_rows();
end
$$;
comment on function public.export_my_data() is 'All that is stored about the caller.';
revoke execute on function public.export_my_data() from public, service_role;
grant execute on function public.export_my_data() to authenticated;

-- source: sql/rpc/identity/get_audit_log.sql
-- A page of the audit log, the latest entries first, for an admin. That it was read goes into the log too.
--   action      such as role.granted, role.revoked, account.suspended, account.restored, account.read, audit_log.read;
--               none: all
--   actor_id    the user who did it; none: anybody
--   subject_id  whom or what it was done to; none: anything
--   before_id   the id of the last entry of the page before; none: the first page
--   count       how many at most, 1 to 200, default 50
-- Returns id, occurred_at, actor_id (null: the service), actor_role, action, subject_type, subject_id, before, after,
-- address, request_id.
-- Raises 42501 for a caller who is no admin, 22023 for a count out of range or a text too long, kids_mode while a kids
-- profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/get_audit_log {"action": "role.granted", "count": 20}
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
'A page of the audit log, for an admin.';
revoke execute on function public.get_audit_log(text, uuid, text, bigint, integer) from public;
grant execute on function public.get_audit_log(text, uuid, text, bigint, integer) to authenticated, service_role;

-- source: sql/rpc/recommend/get_popular_items.sql
-- What most people rated, and rated well; then what too few rated here, by the popularity that its source gave.
-- Counts and means are the published ones: of five accounts or more, rounded, changed in batches.
--   count  how many at most, 1 to 200, default 20
--   kind   movie, tv_show, sports or book; none: all of them
--   limit  another name of count
-- Returns id, kind, title, overview, year, language, image, rating_count, average_rating; most popular first.
-- Raises 22023 for a parameter out of range, and for a count and a limit that differ; named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_popular_items {"count": 10, "kind": "movie"}
create or replace function public.get_popular_items(
    count integer default null, kind text default null, "limit" integer default null
)
returns setof public.popular_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_popular_items.count, get_popular_items."limit", 20);
    v_viewer private.viewer := private.current_viewer();
begin
    if get_popular_items."limit" <> v_count then
        raise exception 'limit is another name of count: give one of the two'
            using errcode = '22023', detail = '{"field": "limit"}';
    end if;
    perform private.check_range(case when get_popular_items.count is null then 'limit' else 'count' end, v_count, 1, 200);
    perform private.check_kind(get_popular_items.kind);
    return query
    select
        c.id, c.kind, c.title, c.overview, c.year, c.language, c.image,
        coalesce(s.rating_count, 0), s.rating_sum / nullif(s.rating_count, 0)
    from private.popular(get_popular_items.kind, v_count, v_viewer) as p
    join public.catalog_items as c on c.id = p.item_id
    left join public.item_stats as s on s.item_id = p.item_id
    order by p.place;
end
$$;
comment on function public.get_popular_items(integer, text, integer) is 'What most people rated, and rated well.';
revoke execute on function public.get_popular_items(integer, text, integer) from public;
grant execute on function public.get_popular_items(integer, text, integer) to anon, authenticated, service_role;

-- source: sql/rpc/recommend/record_interactions.sql
-- Record what the acting profile did with items: all events of a call or none; an event sent again does nothing.
-- Of like, save, dislike and dismiss the latest on an item counts. undo takes back every event before it on the item,
-- completion included: the item is as if the profile had said nothing of it. Delete a rating's row to take it back.
--   events  a list of 1 to 500 objects: client_id (uuid, chosen by the client, once per event), item_id (uuid),
--           type (view, click, share, save, like, dislike, complete, dismiss, undo), occurred_at (optional: ISO 8601
--           with seconds and a time zone, of the last 30 days, up to a minute ahead; default now; events of one time
--           count in the order of the list), metadata (optional object, up to 2,000 characters)
-- Returns how many events were new.
-- Raises 22023 naming the first bad event and its field, and in details.faults each bad one; 23503 for an unknown item,
-- 42501 without a profile, 429 and 413 for more events than the caller's limits admit.
-- Roles: authenticated.
-- Example: rpc/record_interactions {"events": [{"client_id": "6f1c…", "item_id": "0b7e…", "type": "click"}]}
create or replace function public.record_interactions(events jsonb default null) returns integer
language plpgsql set search_path = ''
as $$
begin
    if jsonb_typeof(events) is distinct from 'array' or jsonb_array_length(events) not between 1 and 500 then
        raise exception 'events must be a list of 1 to 500 objects'
            using errcode = '22023', detail = '{"field": "events"}';
    end if;
    -- What an event has beside its fields is not kept, and costs as much to read.
    perform private.check_length('events', events::text, 2000000);
    if private.has_age_limit() then
        perform private.check_items(array(select private.as_uuid(e ->> 'item_id') from jsonb_array_elements(events) as e));
    end if;
    return private.store_interactions(events);
end
$$;
comment on function public.record_interactions(jsonb) is 'Record what the acting profile did with items.';
revoke execute on function public.record_interactions(jsonb) from public, service_role;
grant execute on function public.record_interactions(jsonb) to authenticated;

-- source: sql/private/recommend/part_weights.sql
-- How much each part of a list counts for a rater, by how many ratings it has given (none: 0), as an object.
-- Parts of weight 0, and those that recommendation_weights says nothing of, count next to nothing, so that they
-- come last, in a fixed order. Where the table cannot be read, all do but the item model.
create or replace function private.source_weights(rater_id uuid) returns jsonb
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
declare
    v_least jsonb := '{"newcomer": 1, "taste": 0.009, "liked": 0.003, "trending": 0.0003, "popular": 0.0001}';
begin
    return (
        select v_least || coalesce(jsonb_object_agg(w.part, w.weight) filter (where w.weight > 0), '{}')
        from (
            select distinct on (w.part) w.part, w.weight
            from public.recommendation_weights as w
            where w.min_ratings <= coalesce(
                (select r.rating_count from public.raters as r where r.id = part_weights.rater_id), 0
            )
            order by w.part, w.min_ratings desc
        ) as w
    );
exception when others then
    perform private.report_failure('weights', sqlstate, sqlerrm);
    return v_least || '{"liked_together": 1}';
end
$$;
comment on function private.source_weights(uuid) is 'How much each part of a list counts for a rater.';
revoke execute on function private.source_weights(uuid) from public;

-- source: sql/private/recommend/predict.sql
-- What a rater would give to each item: the item's level, plus how far the rater gives more than items' levels, plus
-- how far those who rate alike departed from what the same says of them, plus how far the rater's own ratings of
-- items that are rated alike did (Koren, Factorization Meets the Neighborhood, KDD 2008). Each mean is drawn to zero
-- where little supports it. Levels are the published ones: exact ones would show what single raters gave. An item that
-- too few rated has the mean of all as its level, and no row where neighbours and items rated alike give nothing
-- either. A rater without ratings: the item's level.
-- Items rated alike are those of the model of that name; without one, neighbours alone count.
-- No prediction depends on few people: neighbours count where five of them rated the item, none more than the fifth,
-- and predictions come in tenths.
-- Reads others' ratings: for definer functions and workers only.
create or replace function private.predict(rater_id uuid, item_ids uuid[])
returns table (item_id uuid, predicted_rating double precision)
language sql stable rows 20 set search_path = ''
as $$
    with of_all as materialized (
        select coalesce(private.published_baseline(), 3.5) as level
    ), asked as materialized (
        select
            i.item_id,
            private.item_baseline(coalesce(s.rating_sum, 0), coalesce(s.rating_count, 0), a.level) as level,
            coalesce(s.rating_count, 0) > 0 as is_published
        from (select distinct unnest(predict.item_ids) as item_id) as i
        left join public.item_stats as s on s.item_id = i.item_id
        cross join of_all as a
    ), mine as materialized (
        select
            r.item_id,
            r.rating - private.item_baseline(coalesce(s.rating_sum, 0), coalesce(s.rating_count, 0), a.level) as above
        from public.ratings as r
        left join public.item_stats as s on s.item_id = r.item_id
        cross join of_all as a
        where r.rater_id = predict.rater_id
    ), me as materialized (
        select coalesce(sum(m.above), 0) / (count(*) + 5) as bias from mine as m
    ), shares as (
        select
            o.item_id,
            n.weight,
            o.rating - a.level - n.level as departure,
            nth_value(n.weight, 5) over (
                partition by o.item_id order by n.weight desc rows between unbounded preceding and unbounded following
            ) as fifth
        from private.neighbours(predict.rater_id) as n
        join public.ratings as o on o.rater_id = n.neighbour_id and o.item_id = any(predict.item_ids)
        join asked as a on a.item_id = o.item_id
        where n.weight > 0
    ), people as (
        select
            s.item_id,
            sum(least(s.weight, s.fifth) * s.departure) / (sum(least(s.weight, s.fifth)) + 0.5) as departure
        from shares as s
        where s.fifth is not null
        group by s.item_id
    ), items as (
        select a.item_id, sum(n.weight * (m.above - me.bias)) / (sum(n.weight) + 0.3) as departure
        from asked as a
        join public.item_neighbours as n on n.model_id = (select private.active_similarity_model()) and n.item_id = a.item_id
        join mine as m on m.item_id = n.neighbour_id
        cross join me
        group by a.item_id
    )
    select
        a.item_id,
        round(10 * greatest(0.5, least(5.0, a.level + me.bias + case
            when i.departure is null then coalesce(p.departure, 0)
            else 0.8 * i.departure + 0.5 * coalesce(p.departure, 0)
        end))) / 10
    from asked as a
    cross join me
    left join people as p on p.item_id = a.item_id
    left join items as i on i.item_id = a.item_id
    where a.is_published or p.departure is not null or i.departure is not null
$$;
comment on function private.predict(uuid, uuid[]) is 'What a rater would give to each item.';
revoke execute on function private.predict(uuid, uuid[]) from public;

-- source: sql/private/recommend/unwanted.sql
-- Items that have no rank in a rater's lists: rated, disliked, dismissed or watched to the end.
-- For definer functions and workers only.
create or replace function private.excluded_items(rater_id uuid) returns setof uuid
language sql stable rows 50 set search_path = ''
as $$
    select r.item_id from public.ratings as r where r.rater_id = unwanted.rater_id
    union
    select v.item_id
    from private.feedback as v
    where v.rater_id = unwanted.rater_id and (v.is_refused or v.is_completed)
$$;
comment on function private.excluded_items(uuid) is 'Items that have no rank in a rater''s lists.';
revoke execute on function private.excluded_items(uuid) from public;

-- source: sql/private/recommend/readable_models.sql
-- Policy predicate: the versions of the model whose weights any caller may read. Those of rated_alike are not among
-- them: where one rater rated both items, a weight shows what that rater gave.
-- Definer: a caller with an age limit may not read recommendation_models, which list items of any rating.
create or replace function private.readable_models() returns bigint[]
language sql stable security definer set search_path = ''
as $$
    select coalesce(array_agg(m.id), '{}') from public.recommendation_models as m where m.name = 'liked_together'
$$;
comment on function private.readable_models() is 'The versions of the model whose weights any caller may read.';
revoke execute on function private.readable_models() from public;
grant execute on function private.readable_models() to anon, authenticated, service_role;

-- source: sql/access/item_neighbours.sql
-- Weights of the models that similar items are found by are all callers' to read, of any version. Those of rated_alike
-- are not: where one rater rated both items, a weight shows what that rater gave.
-- Of items that exist for the caller.
alter table public.item_neighbours enable row level security;
revoke all on public.item_neighbours from anon, authenticated;
grant select on public.item_neighbours to anon, authenticated;
grant all on public.item_neighbours to service_role;

drop policy if exists item_neighbours_select_everybody on public.item_neighbours;
create policy item_neighbours_select_everybody on public.item_neighbours
for select to anon, authenticated
using (
    model_id = any((select private.readable_models())::bigint[])
    and (
        not (select private.has_age_limit())
        or private.item_exists(item_id) and private.item_exists(neighbour_id)
    )
);
comment on policy item_neighbours_select_everybody on public.item_neighbours is
'Everybody reads it of items that exist for the acting profile.';
