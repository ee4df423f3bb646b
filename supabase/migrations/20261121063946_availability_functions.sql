-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- source: sql/private/catalog/item_facts.sql
-- What items repeats of content and books, so that lists need not join them.
create or replace view private.item_facts with (security_invoker = true) as
select
    c.id as item_id,
    c.original_language as language,
    c.maturity_rating
from public.content as c
union all
select
    b.id as item_id,
    b.language,
    null as maturity_rating
from public.books as b;
comment on view private.item_facts is 'What items repeats of content and books.';

-- source: sql/private/catalog/describe_items.sql
-- Trigger: items repeats the language and the age of content and books that were written.
-- Definer: items are written by nobody else.
create or replace function private.describe_items() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update public.items as i set language = f.language, minimum_age = private.minimum_age(f.maturity_rating)
    from changed_rows as c
    join private.item_facts as f on f.item_id = c.id
    where
        i.id = c.id
        and (i.language, i.minimum_age) is distinct from (f.language, private.minimum_age(f.maturity_rating));
    return null;
end
$$;
comment on function private.describe_items() is 'Trigger: items repeats what lists need of content and books.';
revoke execute on function private.describe_items() from public;

-- source: sql/private/catalog/is_offered.sql
-- Does a row of item_availability hold now for the item in a country (null: unknown, so only rows for everywhere)?
-- A tier, free or premium: one that lets this tier play it; none: whatever the tier. False for an item without rows.
create or replace function private.is_offered(item_id uuid, country text, tier text default null) returns boolean
language sql stable set search_path = ''
as $$
    select exists (
        select
        from public.item_availability as a
        where
            a.item_id = is_offered.item_id
            and (a.country is null or a.country = is_offered.country)
            and now() >= a.starts_at and now() < a.ends_at
            and (is_offered.tier is null or is_offered.tier = 'premium' or a.tier is null or a.tier = 'free')
    )
$$;
comment on function private.is_offered(uuid, text, text) is 'Can the item be had now in a country, by a tier?';
revoke execute on function private.is_offered(uuid, text, text) from public;
grant execute on function private.is_offered(uuid, text, text) to anon, authenticated, service_role;

-- source: sql/private/catalog/mark_restricted.sql
-- Trigger: items.is_restricted tells whether item_availability has rows for the item. The items are locked first, in
-- id order, so that of two writers the later one counts what the earlier one left.
-- Definer: items are written by nobody else.
create or replace function private.mark_restricted() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_items uuid[] := array(select distinct c.item_id from changed_rows as c);
begin
    perform from public.items as i where i.id = any(v_items) order by i.id for no key update;
    update public.items as i set is_restricted = not i.is_restricted
    where
        i.id = any(v_items)
        and i.is_restricted <> exists (select from public.item_availability as a where a.item_id = i.id);
    return null;
end
$$;
comment on function private.mark_restricted() is 'Trigger: keeps items.is_restricted.';
revoke execute on function private.mark_restricted() from public;

-- source: sql/private/identity/current_country.sql
-- The country a person asks from: as the proxy before the gateway says (Cloudflare's cf-ipcountry, which a client
-- cannot set), else the account's; null where neither knows, and for the service. Never raises.
-- Definer: triggers ask it while rows are written whose writer may not read accounts.
create or replace function private.current_country() returns text
language sql stable security definer set search_path = ''
as $$
    select case
        when private.is_service() then null
        when r.header ~ '^[A-Z]{2}$' and r.header <> 'XX' then r.header
        else (select a.country from public.accounts as a where a.id = auth.uid())
    end
    from (
        select nullif(current_setting('request.headers', true), '')::json ->> 'cf-ipcountry' as header
    ) as r
$$;
comment on function private.current_country() is 'The country a person asks from; null if nothing tells it.';
revoke execute on function private.current_country() from public;
grant execute on function private.current_country() to anon, authenticated, service_role;

-- source: sql/private/identity/current_tier.sql
-- What the caller pays for: the token's app_metadata.tier if it is premium, else free. Never raises.
create or replace function private.current_tier() returns text
language sql stable set search_path = ''
as $$
    select case
        when auth.jwt() #>> '{app_metadata,tier}' = 'premium' then 'premium'
        else 'free'
    end
$$;
comment on function private.current_tier() is 'What the caller pays for: premium or free.';
revoke execute on function private.current_tier() from public;
grant execute on function private.current_tier() to anon, authenticated, service_role;

-- source: sql/private/identity/current_viewer.sql
-- For whom a list of the caller's is made: the acting profile; anon is as a new profile. All null for the service: it
-- sees everything. Never raises.
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

-- source: sql/private/identity/minimum_age.sql
-- The age a maturity rating asks for: 0, 8, 13, 17 or 18; null for none.
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
comment on function private.minimum_age(text) is 'The age a maturity rating asks for.';
revoke execute on function private.minimum_age(text) from public;
grant execute on function private.minimum_age(text) to anon, authenticated, service_role;

-- source: sql/private/identity/viewer.sql
-- For whom a list is made: the acting profile for null (as private.current_viewer), one's own, or anybody's for the
-- service. Raises as private.rater_of_profile.
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
comment on function private.viewer(uuid) is 'For whom a list is made, if the caller may ask.';
revoke execute on function private.viewer(uuid) from public;
grant execute on function private.viewer(uuid) to anon, authenticated, service_role;

-- source: sql/private/identity/viewer_of_rater.sql
-- For whom a rater's list is made: its profile's age and languages, the country and tier of the caller, else the
-- country of the profile's account. No rater, or one without a profile: what a new profile has.
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
        select p.maturity_rating, p.language_preference, a.country
        from public.raters as r
        join public.profiles as p on p.id = r.profile_id
        join public.accounts as a on a.id = p.account_id
        where r.id = viewer_of_rater.rater_id
    )
    select
        viewer_of_rater.rater_id,
        coalesce(private.current_country(), o.country),
        private.minimum_age(coalesce(o.maturity_rating, 'PG-13')),
        private.current_tier(),
        array[coalesce(o.language_preference, 'en')] || array(
            select s.language
            from spoken as s
            where s.language <> coalesce(o.language_preference, 'en')
            order by s.likes desc, s.language
            limit 4
        )
    from (select) as one
    left join owner as o on true
$$;
comment on function private.viewer_of_rater(uuid) is 'For whom a rater''s list is made.';
revoke execute on function private.viewer_of_rater(uuid) from public;

-- source: sql/private/recommend/popular.sql
-- The most popular items: by the sum of their ratings, then, for those nobody here rated, by what their source
-- told. A kind or all of them; what the viewer may see (none: everything).
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

-- source: sql/private/search/match_kind.sql
-- What match_movies, match_books and match_content have in common. Raises 22023 for a parameter out of range.
create or replace function private.match_kind(
    query_embedding extensions.vector, match_threshold double precision, match_count integer, kind text
)
returns setof public.matched_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_threshold double precision := coalesce(match_threshold, 0.4);
    v_count integer := coalesce(match_count, 12);
    v_viewer private.viewer := private.current_viewer();
begin
    perform private.check_embedding(query_embedding);
    perform private.check_range('match_threshold', v_threshold, 0, 1);
    perform private.check_range('match_count', v_count, 1, 200);
    perform private.check_kind(match_kind.kind);
    return query
    select c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, n.similarity
    from private.nearest(query_embedding, coalesce(match_kind.kind, 'movie'), v_count, v_viewer) as n
    join public.catalog_items as c on c.id = n.item_id
    where n.similarity >= v_threshold
    order by n.similarity desc, c.id;
end
$$;
comment on function private.match_kind(extensions.vector, double precision, integer, text) is
'Items of a kind nearest in meaning to a query.';
revoke execute on function private.match_kind(extensions.vector, double precision, integer, text) from public;
grant execute on function private.match_kind(extensions.vector, double precision, integer, text)
to anon, authenticated, service_role;

-- source: sql/private/search/nearest.sql
-- Items of a kind nearest to a vector, best first, that the viewer may see (none: everything). Planned at each call,
-- so that the index of that kind is used; scanned on until as many are found as asked for.
-- The first statement loads pgvector: only then may one who is no superuser name its settings.
select '[0]'::extensions.vector;

create or replace function private.nearest(
    query_embedding extensions.vector, kind text, count integer, viewer private.viewer default null
)
returns table (item_id uuid, similarity double precision)
language plpgsql stable rows 20 set search_path = '' set hnsw.ef_search = 200
set hnsw.iterative_scan = strict_order set plan_cache_mode = force_custom_plan
as $$
begin
    return query
    select e.item_id, 1 - (e.embedding operator(extensions.<=>) query_embedding)
    from public.item_embeddings as e
    where
        e.kind = nearest.kind
        and (select private.is_available(i, viewer) from public.items as i where i.id = e.item_id)
    order by e.embedding operator(extensions.<=>) query_embedding
    limit nearest.count;
end
$$;
comment on function private.nearest(extensions.vector, text, integer, private.viewer) is 'Items of a kind nearest to a vector.';
revoke execute on function private.nearest(extensions.vector, text, integer, private.viewer) from public;
grant execute on function private.nearest(extensions.vector, text, integer, private.viewer) to anon, authenticated, service_role;

-- source: sql/private/catalog/is_available.sql
-- May this viewer see the item in a list? Its age asks for no more than the profile may see, and, where
-- item_availability says anything of it, a row holds now in the viewer's country. A viewer that is all null may.
-- The tier hides nothing here: lists show what premium would add, playback asks who may.
-- Inlined: where an item has no rows this costs two comparisons.
create or replace function private.is_available(item public.items, viewer private.viewer) returns boolean
language sql stable
return (item.minimum_age is null or viewer.age is null or item.minimum_age <= viewer.age)
and (not item.is_restricted or viewer.tier is null or private.is_offered(item.id, viewer.country));
comment on function private.is_available(public.items, private.viewer) is 'May this viewer see the item in a list?';
revoke execute on function private.is_available(public.items, private.viewer) from public;
grant execute on function private.is_available(public.items, private.viewer) to anon, authenticated, service_role;

-- source: sql/private/recommend/level_factor.sql
-- How well an item suits the level a rater has in its language: lists multiply their scores by it. 1 so far, which
-- changes nothing; the learner's levels will be put in here, and lists follow.
create or replace function private.level_factor(item_id uuid, rater_id uuid) returns real
language sql stable
return 1::real;
comment on function private.level_factor(uuid, uuid) is 'How well an item suits a rater''s level in its language.';
revoke execute on function private.level_factor(uuid, uuid) from public;
grant execute on function private.level_factor(uuid, uuid) to anon, authenticated, service_role;

-- source: sql/triggers/books.sql
-- books shares its item's life, tells when it changed and what lists need, and is embedded when its text is new.
create or replace trigger create_item
before insert on public.books
for each row execute function private.create_item();

create or replace trigger delete_item
after delete on public.books
for each row execute function private.create_item();

create or replace trigger touch
before update on public.books
for each row execute function private.touch();

create or replace trigger enqueue_inserted
after insert on public.books referencing new table as changed_rows
for each statement execute function private.enqueue_embeddings();

create or replace trigger enqueue_updated
after update on public.books referencing new table as changed_rows
for each statement execute function private.enqueue_embeddings();

create or replace trigger describe_inserted
after insert on public.books referencing new table as changed_rows
for each statement execute function private.describe_items();

create or replace trigger describe_updated
after update on public.books referencing new table as changed_rows
for each statement execute function private.describe_items();

-- source: sql/triggers/content.sql
-- content shares its item's life, tells when it changed and what lists need, and is embedded when its text is new.
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

-- source: sql/triggers/item_availability.sql
-- Items tell whether they have rows here.
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

-- source: sql/access/accounts.sql
-- An account is its owner's: read, and the display name and country changed.
alter table public.accounts enable row level security;
revoke all on public.accounts from anon, authenticated;
grant select on public.accounts to authenticated;
grant update (display_name, country) on public.accounts to authenticated;
grant all on public.accounts to service_role;

drop policy if exists accounts_select_own on public.accounts;
create policy accounts_select_own on public.accounts
for select to authenticated
using (id = (select auth.uid()));
comment on policy accounts_select_own on public.accounts is 'One reads one''s own account.';

drop policy if exists accounts_update_own on public.accounts;
create policy accounts_update_own on public.accounts
for update to authenticated
using (id = (select auth.uid()))
with check (id = (select auth.uid()));
comment on policy accounts_update_own on public.accounts is 'One changes one''s own account.';

-- source: sql/access/item_availability.sql
-- Where and when an item can be had is everybody's to read: lists run as the caller.
alter table public.item_availability enable row level security;
revoke all on public.item_availability from anon, authenticated;
grant select on public.item_availability to anon, authenticated;
grant all on public.item_availability to service_role;

drop policy if exists item_availability_select_everybody on public.item_availability;
create policy item_availability_select_everybody on public.item_availability
for select to anon, authenticated
using (true);
comment on policy item_availability_select_everybody on public.item_availability is
'Lists are filtered as the caller.';

-- source: sql/rpc/recommend/get_popular_items.sql
-- What most people rated, and rated well; then what nobody rated here but its source calls popular.
--   limit  how many at most, 1 to 200, default 20
--   kind   movie, tv_show, sports or book; none: all of them
-- Returns id, kind, title, overview, year, language, image, rating_count, average_rating; most popular first.
-- Raises 22023 for a parameter out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_popular_items {"limit": 10, "kind": "movie"}
create or replace function public.get_popular_items("limit" integer default 20, kind text default null)
returns setof public.popular_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_limit integer := coalesce(get_popular_items."limit", 20);
    v_viewer private.viewer := private.current_viewer();
begin
    perform private.check_range('limit', v_limit, 1, 200);
    perform private.check_kind(get_popular_items.kind);
    return query
    select
        c.id, c.kind, c.title, c.overview, c.year, c.language, c.image,
        coalesce(s.rating_count, 0), s.rating_sum / nullif(s.rating_count, 0)
    from private.popular(get_popular_items.kind, v_limit, v_viewer) as p
    join public.catalog_items as c on c.id = p.item_id
    left join public.item_stats as s on s.item_id = p.item_id
    order by p.place;
end
$$;
comment on function public.get_popular_items(integer, text) is 'What most people rated, and rated well.';
revoke execute on function public.get_popular_items(integer, text) from public;
grant execute on function public.get_popular_items(integer, text) to anon, authenticated, service_role;

-- source: sql/rpc/recommend/get_similar_items.sql
-- Items like one: first those the active model found to be liked together, then those that tell of something alike.
--   item_id  the item
--   count    how many at most, 1 to 200, default 12
-- Returns id, kind, title, overview, year, language, image, score, reason_code (liked_together with the model's
-- weight as score, alike with the cosine similarity); best first, of the same kind.
-- Raises 22023 for a parameter missing or out of range, PT404 for an unknown item; named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_similar_items {"item_id": "0b7e…", "count": 6}
create or replace function public.get_similar_items(item_id uuid default null, count integer default 12)
returns setof public.similar_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_similar_items.count, 12);
    v_viewer private.viewer := private.current_viewer();
begin
    perform private.check_item(get_similar_items.item_id);
    perform private.check_range('count', v_count, 1, 200);
    return query
    with together as (
        select n.neighbour_id as item_id, n.weight
        from public.item_neighbours as n
        where
            n.model_id = (select private.active_item_model()) and n.item_id = get_similar_items.item_id and n.weight > 0
    ), alike as (
        select n.item_id, n.similarity
        from public.item_embeddings as e
        cross join lateral private.nearest(e.embedding, e.kind, v_count + 1, v_viewer) as n
        where e.item_id = get_similar_items.item_id and n.item_id <> e.item_id
    ), listed as (
        select t.item_id, 0 as tier, t.weight as score, 'liked_together' as reason_code from together as t
        union all
        select a.item_id, 1, a.similarity, 'alike'
        from alike as a
        where a.item_id not in (select t.item_id from together as t)
    )
    select c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, l.score::double precision, l.reason_code
    from listed as l
    join public.catalog_items as c on c.id = l.item_id
    join public.items as i on i.id = get_similar_items.item_id and i.kind = c.kind
    where (select private.is_available(s, v_viewer) from public.items as s where s.id = l.item_id)
    order by l.tier, l.score desc, c.id
    limit v_count;
end
$$;
comment on function public.get_similar_items(uuid, integer) is 'Items like one.';
revoke execute on function public.get_similar_items(uuid, integer) from public;
grant execute on function public.get_similar_items(uuid, integer) to anon, authenticated, service_role;
