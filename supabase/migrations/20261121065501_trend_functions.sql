-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- source: sql/private/catalog/check_form.sql
-- Refuse a text that does not have the form of its field, such as a country's code; null is let through. Raises 22023.
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
comment on function private.check_form(text, text, text, text) is 'Refuse a text that is no code of its kind.';
revoke execute on function private.check_form(text, text, text, text) from public;
grant execute on function private.check_form(text, text, text, text) to anon, authenticated, service_role;

-- source: sql/private/recommend/count_interactions.sql
-- Trigger: item_stats follows new interactions.
-- Definer: clients may not write counts.
create or replace function private.count_interactions() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into public.item_stats as s (item_id, kind, interaction_count)
    select i.id, i.kind, count(*)
    from changed_rows as c
    join public.items as i on i.id = c.item_id
    group by i.id, i.kind
    order by i.id
    on conflict (item_id) do update set
        interaction_count = s.interaction_count + excluded.interaction_count;
    return null;
end
$$;
comment on function private.count_interactions() is 'Trigger: keeps the counts of item_stats.';
revoke execute on function private.count_interactions() from public;

-- source: sql/private/recommend/count_ratings.sql
-- Trigger, with +1 or -1: item_stats and raters follow added or removed ratings. Rows are taken in id order,
-- so that two clients rating the same items cannot wait for each other in a circle.
-- Definer: clients may not write counts.
create or replace function private.count_ratings() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_sign integer := tg_argv[0];
begin
    insert into public.item_stats as s (item_id, kind, rating_count, rating_sum)
    select
        i.id,
        i.kind,
        v_sign * count(*),
        v_sign * sum(c.rating)
    from changed_rows as c
    join public.items as i on i.id = c.item_id
    group by i.id, i.kind
    order by i.id
    on conflict (item_id) do update set
        rating_count = s.rating_count + excluded.rating_count,
        rating_sum = s.rating_sum + excluded.rating_sum;

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
comment on function private.count_ratings() is 'Trigger: keeps the counts of item_stats and raters.';
revoke execute on function private.count_ratings() from public;

-- source: sql/private/recommend/store_interactions.sql
-- Check a list of events and write those that are new, for the acting profile's rater only. Raises 22023 for the
-- first bad event, naming it; 42501 for a caller without a profile.
-- Definer: events are written through here alone, so that each lands in its month.
create or replace function private.store_interactions(events jsonb) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    v_rater uuid := private.current_rater_id();
    v_country text := private.current_country();
    v_bad record;
    v_stored integer;
begin
    if v_rater is null then
        raise exception 'sign in to record interactions' using errcode = '42501';
    end if;
    select e.place - 1 as place, private.interaction_error(e.event) as field into v_bad
    from jsonb_array_elements(events) with ordinality as e (event, place)
    where private.interaction_error(e.event) is not null
    order by e.place
    limit 1;
    if found then
        raise exception 'event % has a bad %', v_bad.place, v_bad.field
            using errcode = '22023', detail = jsonb_build_object('field', v_bad.field, 'event', v_bad.place)::text,
            hint = 'See the parameters of record_interactions.';
    end if;
    insert into public.interactions (rater_id, client_id, month, item_id, type, metadata, occurred_at, country)
    select
        v_rater,
        e.client_id,
        date_trunc('month', coalesce(e.occurred_at, now()) at time zone 'UTC')::date,
        e.item_id,
        e.type,
        coalesce(e.metadata, '{}'),
        coalesce(e.occurred_at, now()),
        v_country
    from jsonb_to_recordset(events) as e (
        client_id uuid, item_id uuid, type text, metadata jsonb, occurred_at timestamptz
    )
    order by e.client_id
    on conflict do nothing;
    get diagnostics v_stored = row_count;
    return v_stored;
end
$$;
comment on function private.store_interactions(jsonb) is 'Check events and write those that are new.';
revoke execute on function private.store_interactions(jsonb) from public;
grant execute on function private.store_interactions(jsonb) to authenticated, service_role;

-- source: sql/private/recommend/store_trends.sql
-- Add events to the trends of their items, everywhere and in their country (null: unknown): the three lists go
-- together. Rows are taken in order of item and country, so that two batches cannot wait for each other in a circle.
-- For triggers, which run it as the owner.
create or replace function private.store_trends(item_ids uuid[], countries text[], trends double precision[])
returns void
language sql set search_path = ''
as $$
    insert into public.item_trends as t (item_id, country, kind, language, trend)
    select i.id, p.country, i.kind, i.language, private.sum_trends(e.trend)
    from unnest(store_trends.item_ids, store_trends.countries, store_trends.trends) as e (item_id, country, trend)
    cross join lateral (values ('001'), (e.country)) as p (country)
    join public.items as i on i.id = e.item_id
    where e.trend > '-infinity' and p.country is not null
    group by i.id, p.country
    order by i.id, p.country
    on conflict (item_id, country) do update set
        language = excluded.language,
        trend = private.add_trends(t.trend, excluded.trend)
$$;
comment on function private.store_trends(uuid[], text[], double precision[]) is
'Adds events to the trends of their items.';
revoke execute on function private.store_trends(uuid[], text[], double precision[]) from public;

-- source: sql/private/recommend/trend_interactions.sql
-- Trigger: trends follow new interactions. A share says more than a view, a dislike nothing.
-- Definer: clients may not write trends.
create or replace function private.trend_interactions() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.store_trends(
        array_agg(c.item_id),
        array_agg(c.country),
        array_agg(private.trend_of(
            case
                when c.type in ('dislike', 'dismiss') then 0
                when c.type in ('share', 'like', 'complete') then 1
                else 0.3
            end,
            c.occurred_at
        ))
    )
    from changed_rows as c;
    return null;
end
$$;
comment on function private.trend_interactions() is 'Trigger: adds new interactions to trends.';
revoke execute on function private.trend_interactions() from public;

-- source: sql/private/recommend/trend_language.sql
-- Trigger: an item's trends move to its new language.
-- Definer: nobody else writes trends.
create or replace function private.trend_language() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update public.item_trends set language = new.language where item_id = new.id;
    return null;
end
$$;
comment on function private.trend_language() is 'Trigger: moves an item''s trends to its new language.';
revoke execute on function private.trend_language() from public;

-- source: sql/private/recommend/trend_ratings.sql
-- Trigger: trends follow new ratings, by a fifth of what was given, in the country of who gave it.
-- Definer: clients may not write trends.
create or replace function private.trend_ratings() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_country text := private.current_country();
begin
    perform private.store_trends(
        array_agg(c.item_id),
        array_agg(v_country),
        array_agg(private.trend_of(c.rating / 5.0, c.created_at))
    )
    from changed_rows as c;
    return null;
end
$$;
comment on function private.trend_ratings() is 'Trigger: adds new ratings to trends.';
revoke execute on function private.trend_ratings() from public;

-- source: sql/private/recommend/trending.sql
-- What people rate, watch and share now, most first; score in events of today's weight.
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

-- source: sql/private/search/nearest.sql
-- Items of a kind nearest to a vector, best first, that the viewer may see (none: everything). Planned at each call,
-- so that the index of that kind is used; it is scanned on until as many are found as asked for. Relaxed order loses
-- none of them; they are put in order after.
-- The first statement loads pgvector: only then may one who is no superuser name its settings.
select '[0]'::extensions.vector;

create or replace function private.nearest(
    query_embedding extensions.vector, kind text, count integer, viewer private.viewer default null
)
returns table (item_id uuid, similarity double precision)
language plpgsql stable rows 20 set search_path = '' set hnsw.ef_search = 200
set hnsw.iterative_scan = relaxed_order set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
    return query
    with found as materialized (
        select e.item_id, 1 - (e.embedding operator(extensions.<=>) query_embedding) as similarity
        from public.item_embeddings as e
        where
            e.kind = nearest.kind
            and (select private.is_available(i, viewer) from public.items as i where i.id = e.item_id)
        order by e.embedding operator(extensions.<=>) query_embedding
        limit nearest.count
    )
    select f.item_id, f.similarity
    from found as f
    order by f.similarity desc, f.item_id;
end
$$;
comment on function private.nearest(extensions.vector, text, integer, private.viewer) is
'Items of a kind nearest to a vector.';
revoke execute on function private.nearest(extensions.vector, text, integer, private.viewer) from public;
grant execute on function private.nearest(extensions.vector, text, integer, private.viewer)
to anon, authenticated, service_role;

-- source: sql/triggers/interactions.sql
-- Counts and trends follow every event.
create or replace trigger count_inserted
after insert on public.interactions referencing new table as changed_rows
for each statement execute function private.count_interactions();

create or replace trigger trend_inserted
after insert on public.interactions referencing new table as changed_rows
for each statement execute function private.trend_interactions();

-- source: sql/triggers/items.sql
-- Trends know their item's language.
create or replace trigger trend_language
after update of language on public.items
for each row when (old.language is distinct from new.language) execute function private.trend_language();

-- source: sql/triggers/ratings.sql
-- Who rates is the acting profile unless said otherwise; counts, trends and neighbours follow every change.
alter table public.ratings alter column rater_id set default private.current_rater_id();

create or replace trigger touch
before update on public.ratings
for each row execute function private.touch();

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

create or replace trigger trend_inserted
after insert on public.ratings referencing new table as changed_rows
for each statement execute function private.trend_ratings();

create or replace trigger enqueue_inserted
after insert on public.ratings referencing new table as changed_rows
for each statement execute function private.enqueue_similarity();

create or replace trigger enqueue_updated
after update on public.ratings referencing new table as changed_rows
for each statement execute function private.enqueue_similarity();

create or replace trigger enqueue_deleted
after delete on public.ratings referencing old table as changed_rows
for each statement execute function private.enqueue_similarity();

-- source: sql/access/item_trends.sql
-- Trends name nobody and are everybody's to read.
alter table public.item_trends enable row level security;
revoke all on public.item_trends from anon, authenticated;
grant select on public.item_trends to anon, authenticated;
grant all on public.item_trends to service_role;

drop policy if exists item_trends_select_everybody on public.item_trends;
create policy item_trends_select_everybody on public.item_trends
for select to anon, authenticated
using (true);
comment on policy item_trends_select_everybody on public.item_trends is 'Trending lists run as the caller.';

-- source: sql/rpc/recommend/get_trending_items.sql
-- What people rate, watch and share now: each event counts half as much a week later. Only what the viewer may see.
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
