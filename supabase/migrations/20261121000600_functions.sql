-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- source: sql/private/catalog/embedding_texts.sql
-- What of an item is embedded: "title. overview". Items without an overview have no row.
create or replace view private.embedding_texts with (security_invoker = true) as
select
    c.id as item_id,
    c.kind,
    c.title || '. ' || c.overview as text,
    md5(c.title || '. ' || c.overview)::uuid as text_hash
from public.content as c
where btrim(c.overview) <> ''
union all
select
    b.id as item_id,
    b.kind,
    b.title || '. ' || b.description as text,
    md5(b.title || '. ' || b.description)::uuid as text_hash
from public.books as b
where btrim(b.description) <> '';
comment on view private.embedding_texts is 'The text of each item that is embedded, and its hash.';

-- source: sql/private/catalog/check_item.sql
-- Refuse an item that the caller cannot see. Raises 22023 for null, PT404 for an unknown one.
create or replace function private.check_item(item_id uuid) returns void
language plpgsql stable set search_path = ''
as $$
begin
    if item_id is null then
        raise exception 'item_id is missing' using errcode = '22023', detail = '{"field": "item_id"}';
    end if;
    if not exists (select from public.items as i where i.id = check_item.item_id) then
        raise exception 'there is no item %', item_id using errcode = 'PT404', detail = '{"field": "item_id"}';
    end if;
end
$$;
comment on function private.check_item(uuid) is 'Refuse an item that is not there.';
revoke execute on function private.check_item(uuid) from public;
grant execute on function private.check_item(uuid) to anon, authenticated, service_role;

-- source: sql/private/catalog/check_kind.sql
-- Refuse a kind that is none; null means any. Raises 22023.
create or replace function private.check_kind(kind text) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if kind not in ('movie', 'tv_show', 'sports', 'book') then
        raise exception 'kind must be movie, tv_show, sports or book, not %', left(kind, 40)
            using errcode = '22023', detail = '{"field": "kind"}';
    end if;
end
$$;
comment on function private.check_kind(text) is 'Refuse a kind that is none.';
revoke execute on function private.check_kind(text) from public;
grant execute on function private.check_kind(text) to anon, authenticated, service_role;

-- source: sql/private/catalog/check_range.sql
-- Refuse a number outside its range, naming the field. Raises 22023.
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
'Refuse a number outside its range, naming the field.';
revoke execute on function private.check_range(text, double precision, double precision, double precision) from public;
grant execute on function private.check_range(text, double precision, double precision, double precision)
to anon, authenticated, service_role;

-- source: sql/private/catalog/create_item.sql
-- Trigger: content or a book written without an item gets one; a deleted one takes its item along.
-- Definer: items are written by nobody else.
create or replace function private.create_item() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if tg_op = 'DELETE' then
        delete from public.items where id = old.id;
        return null;
    end if;
    insert into public.items (id, kind) values (new.id, new.kind) on conflict do nothing;
    return new;
end
$$;
comment on function private.create_item() is 'Trigger: content and books share their item''s life.';
revoke execute on function private.create_item() from public;

-- source: sql/private/catalog/embedding_text.sql
-- What of one item is embedded; no row if it has no overview.
create or replace function private.embedding_text(item_id uuid) returns setof private.embedding_texts
language sql stable set search_path = ''
as $$
    select t.* from private.embedding_texts as t where t.item_id = embedding_text.item_id
$$;
comment on function private.embedding_text(uuid) is 'The text of one item that is embedded.';
revoke execute on function private.embedding_text(uuid) from public;
grant execute on function private.embedding_text(uuid) to service_role;

-- source: sql/private/catalog/enqueue_embeddings.sql
-- Trigger: items whose text changed are embedded soon: a job each, or one sweep for a bulk load. A broken queue
-- never makes the client's write fail: the worker's periodic sweep finds what was not put in.
-- Definer: editors may not put jobs into the queue themselves.
create or replace function private.enqueue_embeddings() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_items uuid[];
begin
    select array_agg(c.id) into v_items
    from changed_rows as c
    left join private.embedding_texts as t on t.item_id = c.id
    left join public.item_embeddings as e on e.item_id = c.id
    where e.text_hash is distinct from t.text_hash;
    if cardinality(v_items) > 50 then
        perform private.enqueue('embedding', 'embed_stale', '{}', 'embed_stale');
    else
        perform private.enqueue('embedding', 'embed_item', jsonb_build_object('item_id', i), 'embed_item:' || i)
        from unnest(v_items) as i;
    end if;
    return null;
exception when others then
    raise warning 'changed items of % could not be put into the queue: %', tg_table_name, sqlerrm;
    return null;
end
$$;
comment on function private.enqueue_embeddings() is 'Trigger: puts items whose text changed into the queue.';
revoke execute on function private.enqueue_embeddings() from public;

-- source: sql/private/catalog/stale_embeddings.sql
-- The next items, in id order after one (null: from the start), whose text has no embedding by this model.
create or replace function private.stale_embeddings(model text, after uuid, batch integer)
returns setof private.embedding_texts
language sql stable set search_path = ''
as $$
    select t.*
    from private.embedding_texts as t
    left join public.item_embeddings as e on e.item_id = t.item_id
    where
        (after is null or t.item_id > after)
        and (e.item_id is null or e.text_hash <> t.text_hash or e.model <> stale_embeddings.model)
    order by t.item_id
    limit batch
$$;
comment on function private.stale_embeddings(text, uuid, integer) is 'The next items to embed.';
revoke execute on function private.stale_embeddings(text, uuid, integer) from public;
grant execute on function private.stale_embeddings(text, uuid, integer) to service_role;

-- source: sql/private/catalog/touch.sql
-- Trigger: updated_at is the time of the last change.
create or replace function private.touch() returns trigger
language plpgsql set search_path = ''
as $$
begin
    new.updated_at := now();
    return new;
end
$$;
comment on function private.touch() is 'Trigger: sets updated_at.';
revoke execute on function private.touch() from public;
grant execute on function private.touch() to authenticated, service_role;

-- source: sql/private/identity/create_account.sql
-- Trigger: a new auth user gets an account, a default profile and its pseudonym.
-- Definer: the auth server's role writes auth.users and none of ours.
create or replace function private.create_account() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_name text := left(btrim(coalesce(
        nullif(btrim(new.raw_user_meta_data ->> 'display_name'), ''),
        nullif(split_part(new.email, '@', 1), ''),
        'Me'
    )), 100);
    v_profile uuid;
begin
    insert into public.accounts (id, email, display_name) values (new.id, new.email, v_name);
    insert into public.profiles (account_id, name, is_default) values (new.id, v_name, true)
    returning id into v_profile;
    insert into public.raters (profile_id) values (v_profile);
    return null;
end
$$;
comment on function private.create_account() is 'Trigger: makes account, default profile and rater of a new auth user.';
revoke execute on function private.create_account() from public;

-- source: sql/private/identity/current_profile_id.sql
-- The acting profile: the caller's default one; null for anon and workers. Never raises.
-- Definer: policies and defaults call it before any row of profiles may be read.
create or replace function private.current_profile_id() returns uuid
language sql stable security definer set search_path = ''
as $$
    select p.id
    from public.profiles as p
    where p.account_id = auth.uid() and p.is_default
$$;
comment on function private.current_profile_id() is 'The acting profile; null if there is none.';
revoke execute on function private.current_profile_id() from public;
grant execute on function private.current_profile_id() to anon, authenticated, service_role;

-- source: sql/private/identity/current_rater_id.sql
-- The acting profile's pseudonym: whose ratings a client reads and writes. Never raises.
-- Definer: it is the default of ratings.rater_id and stands in that table's policies.
create or replace function private.current_rater_id() returns uuid
language sql stable security definer set search_path = ''
as $$
    select r.id
    from public.raters as r
    where r.profile_id = private.current_profile_id()
$$;
comment on function private.current_rater_id() is 'The acting profile''s pseudonym; null if there is none.';
revoke execute on function private.current_rater_id() from public;
grant execute on function private.current_rater_id() to anon, authenticated, service_role;

-- source: sql/private/identity/custom_access_token_hook.sql
-- Supabase Auth asks this before it signs an access token: the user's roles go into app_metadata.
-- Takes {user_id, claims, authentication_method}; returns the event with claims changed.
-- Definer: the auth server's role may not read private tables.
create or replace function private.custom_access_token_hook(event jsonb) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_set(
        event,
        '{claims,app_metadata}',
        coalesce(event #> '{claims,app_metadata}', '{}') || jsonb_build_object('roles', coalesce(
            (
                select jsonb_agg(r.role order by r.role)
                from private.user_roles as r
                where r.user_id = (event ->> 'user_id')::uuid
            ),
            '[]'
        ))
    )
$$;
comment on function private.custom_access_token_hook(jsonb) is 'Puts the user''s roles into the access token.';
revoke execute on function private.custom_access_token_hook(jsonb) from public;
grant execute on function private.custom_access_token_hook(jsonb) to supabase_auth_admin;

-- source: sql/private/identity/is_service.sql
-- Is the caller the service: the service_role through the API, or a worker connected as postgres? Never raises.
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
comment on function private.is_service() is 'Is the caller the service and not a person?';
revoke execute on function private.is_service() from public;
grant execute on function private.is_service() to anon, authenticated, service_role;

-- source: sql/private/identity/mirror_email.sql
-- Trigger: an auth user's changed address is mirrored to the account.
-- Definer: the auth server's role writes auth.users and none of ours.
create or replace function private.mirror_email() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update public.accounts set email = new.email, updated_at = now() where id = new.id;
    return null;
end
$$;
comment on function private.mirror_email() is 'Trigger: keeps accounts.email as auth.users has it.';
revoke execute on function private.mirror_email() from public;

-- source: sql/private/identity/rater_of_profile.sql
-- The rater of a profile: the acting one for null, one's own, or anybody's for the service.
-- Raises 42501 for a profile that is not the caller's, PT404 for the service when there is none.
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
    if v_account = auth.uid() or (private.is_service() and v_rater is not null) then
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

-- source: sql/private/identity/rater_of_user.sql
-- The rater behind a user id: one's own acting one, or anybody's default one for the service, who may
-- also name a rater itself. Raises 42501 for another user's id, PT404 for an unknown one.
-- Definer: the service's answer must not depend on what the caller may read.
create or replace function private.rater_of_user(user_id uuid) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_rater uuid;
begin
    if user_id is null then
        raise exception 'user_id is missing'
            using errcode = '22023', detail = '{"field": "user_id"}', hint = 'Send your own user id.';
    end if;
    if user_id = auth.uid() then
        return private.current_rater_id();
    end if;
    if not private.is_service() then
        raise exception 'these recommendations are another user''s'
            using errcode = '42501', detail = '{"field": "user_id"}', hint = 'Send your own user id.';
    end if;
    select r.id into v_rater
    from public.raters as r
    left join public.profiles as p on p.id = r.profile_id
    where r.id = user_id or (p.account_id = user_id and p.is_default);
    if v_rater is null then
        raise exception 'there is no user %', user_id
            using errcode = 'PT404', detail = '{"field": "user_id"}';
    end if;
    return v_rater;
end
$$;
comment on function private.rater_of_user(uuid) is 'The rater behind a user id, if the caller may act for it.';
revoke execute on function private.rater_of_user(uuid) from public;
grant execute on function private.rater_of_user(uuid) to anon, authenticated, service_role;

-- source: sql/private/queue/enqueue.sql
-- Put a job into the queue; a second one with the same key does nothing while the first still waits.
-- Definer: nobody but the workers may touch the queue's tables. Its path is the queue's, whose own trigger
-- functions use unqualified names.
create or replace function private.enqueue(queue text, task text, args jsonb, key text default null) returns void
language sql security definer set search_path = procrastinate
as $$
    insert into procrastinate_jobs (queue_name, task_name, args, queueing_lock)
    values (queue, task, args, key)
    on conflict (queueing_lock) where status = 'todo' do nothing
$$;
comment on function private.enqueue(text, text, jsonb, text) is
'Put a job into the queue, once per key while it waits.';
revoke execute on function private.enqueue(text, text, jsonb, text) from public;

-- source: sql/private/queue/make_partitions.sql
-- Make the monthly tables of event tables, from last month to three months ahead. Run daily by a worker;
-- doing it again does nothing. An event of a month without a table goes to the default one, never lost.
create or replace function private.make_partitions() returns void
language plpgsql set search_path = ''
as $$
declare
    v_month date;
begin
    for v_month in
        select m::date
        from generate_series(
            date_trunc('month', now() at time zone 'UTC') - interval '1 month',
            date_trunc('month', now() at time zone 'UTC') + interval '3 months',
            interval '1 month'
        ) as m
    loop
        continue when to_regclass(format('private.interactions_%s', to_char(v_month, 'YYYY_MM'))) is not null;
        execute format(
            'create table private.interactions_%s partition of public.interactions for values from (%L) to (%L)',
            to_char(v_month, 'YYYY_MM'), v_month, (v_month + interval '1 month')::date
        );
    end loop;
end
$$;
comment on function private.make_partitions() is 'Make the coming months'' tables of the event tables.';
revoke execute on function private.make_partitions() from public;

-- source: sql/private/recommend/add_trends.sql
-- log2(2^a + 2^b), for trends of any size; minus infinity is nothing.
create or replace function private.add_trends(a double precision, b double precision) returns double precision
language sql immutable set search_path = ''
as $$
    select case
        when a = '-infinity' then b
        when b = '-infinity' then a
        else greatest(a, b) + ln(1 + power(2::double precision, greatest(-abs(a - b), -1000))) / ln(2::double precision)
    end
$$;
comment on function private.add_trends(double precision, double precision) is 'The sum of two trends, as a logarithm.';
revoke execute on function private.add_trends(double precision, double precision) from public;
grant execute on function private.add_trends(double precision, double precision) to authenticated, service_role;

-- source: sql/private/recommend/collaborative.sql
-- What a rater's nearest 100 neighbours rated and the rater has not: scored by the sum, over neighbours, of
-- shrunk similarity times rating / 5. A list ordered by predicted rating alone would be led by what one
-- neighbour liked. Reads others' ratings: for definer functions and workers only.
create or replace function private.collaborative(rater_id uuid, kind text, count integer)
returns table (item_id uuid, score double precision)
language sql stable rows 20 set search_path = ''
as $$
    with nearest as materialized (
        select n.neighbour_id, n.weight
        from private.neighbours(collaborative.rater_id) as n
        order by n.weight desc, n.neighbour_id
        limit 100
    ), scored as (
        select o.item_id, sum(n.weight * o.rating / 5) as score
        from nearest as n
        join public.ratings as o on o.rater_id = n.neighbour_id
        where o.item_id not in (select private.excluded_items(collaborative.rater_id))
        group by o.item_id
    )
    select s.item_id, s.score
    from scored as s
    join public.items as i on i.id = s.item_id and (collaborative.kind is null or i.kind = collaborative.kind)
    order by s.score desc, s.item_id
    limit collaborative.count
$$;
comment on function private.collaborative(uuid, text, integer) is 'What a rater''s nearest neighbours liked.';
revoke execute on function private.collaborative(uuid, text, integer) from public;

-- source: sql/private/recommend/collaborative_for_user.sql
-- private.collaborative for a user id, where the caller may ask, each item with its predicted rating.
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
        select c.item_id, c.score from private.collaborative(v_rater, null, count) as c
    )
    select l.item_id, p.predicted_rating, l.score
    from listed as l
    left join private.predict(v_rater, array(select item_id from listed)) as p on p.item_id = l.item_id;
end
$$;
comment on function private.collaborative_for_user(uuid, integer) is
'What a user''s nearest neighbours liked, if the caller may ask.';
revoke execute on function private.collaborative_for_user(uuid, integer) from public;
grant execute on function private.collaborative_for_user(uuid, integer) to authenticated, service_role;

-- source: sql/private/recommend/compute_neighbours.sql
-- Pearson's correlation of a rater with every other over the items both rated, two at least; raters whose
-- common ratings are all equal have none. Reads others' ratings: for definer functions and workers only.
create or replace function private.compute_neighbours(rater_id uuid)
returns table (neighbour_id uuid, similarity double precision, co_ratings integer)
language sql stable rows 300 set search_path = ''
as $$
    select o.rater_id, corr(o.rating, m.rating), count(*)::integer
    from public.ratings as m
    join public.ratings as o on o.item_id = m.item_id and o.rater_id <> m.rater_id
    where m.rater_id = compute_neighbours.rater_id
    group by o.rater_id
    having count(*) >= 2 and corr(o.rating, m.rating) is not null
$$;
comment on function private.compute_neighbours(uuid) is 'A rater''s Pearson correlation with every other.';
revoke execute on function private.compute_neighbours(uuid) from public;
grant execute on function private.compute_neighbours(uuid) to service_role;

-- source: sql/private/recommend/content_based.sql
-- What tells of something like the rater's ten best liked items, the latest first among equals: scored by similarity
-- times rating / 5, summed; because_of is the liked item that says most. A kind, or each item's own.
-- For definer functions and workers only.
create or replace function private.similar_to_liked(rater_id uuid, kind text, count integer)
returns table (item_id uuid, score double precision, because_of uuid)
language sql stable rows 20 set search_path = ''
as $$
    with liked as materialized (
        select r.item_id, r.rating / 5 as weight, e.embedding, coalesce(content_based.kind, e.kind) as kind
        from public.ratings as r
        join public.item_embeddings as e on e.item_id = r.item_id
        where r.rater_id = content_based.rater_id and r.rating >= 3.5
        order by r.rating desc, r.updated_at desc, r.item_id
        limit 10
    ), alike as (
        select n.item_id, n.similarity * l.weight as score, l.item_id as because_of
        from liked as l
        cross join lateral private.nearest(l.embedding, l.kind, 50) as n
        where n.item_id not in (select private.excluded_items(content_based.rater_id))
    )
    select a.item_id, sum(a.score), (array_agg(a.because_of order by a.score desc, a.because_of))[1]
    from alike as a
    group by a.item_id
    order by sum(a.score) desc, a.item_id
    limit content_based.count
$$;
comment on function private.similar_to_liked(uuid, text, integer) is 'What tells of something like what a rater liked.';
revoke execute on function private.similar_to_liked(uuid, text, integer) from public;

-- source: sql/private/recommend/count_interactions.sql
-- Trigger: item_stats follows new interactions. A share says more than a view, a dislike nothing for a trend.
-- Definer: clients may not write counts.
create or replace function private.count_interactions() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into public.item_stats as s (item_id, kind, interaction_count, trend)
    select
        i.id,
        i.kind,
        count(*),
        private.sum_trends(private.trend_of(
            case
                when c.type in ('dislike', 'dismiss') then 0
                when c.type in ('share', 'like', 'complete') then 1
                else 0.3
            end,
            c.occurred_at
        ))
    from changed_rows as c
    join public.items as i on i.id = c.item_id
    group by i.id, i.kind
    order by i.id
    on conflict (item_id) do update set
        interaction_count = s.interaction_count + excluded.interaction_count,
        trend = private.add_trends(s.trend, excluded.trend);
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
    insert into public.item_stats as s (item_id, kind, rating_count, rating_sum, trend)
    select
        i.id,
        i.kind,
        v_sign * count(*),
        v_sign * sum(c.rating),
        case
            when tg_op = 'INSERT' then private.sum_trends(private.trend_of(c.rating / 5.0, c.created_at))
            else '-infinity'
        end
    from changed_rows as c
    join public.items as i on i.id = c.item_id
    group by i.id, i.kind
    order by i.id
    on conflict (item_id) do update set
        rating_count = s.rating_count + excluded.rating_count,
        rating_sum = s.rating_sum + excluded.rating_sum,
        trend = private.add_trends(s.trend, excluded.trend);

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

-- source: sql/private/recommend/enqueue_similarity.sql
-- Trigger: a rater whose ratings changed gets its neighbours stored anew, soon. Lists do not wait for it:
-- private.neighbours computes what is not stored. Bulk loads are left to the periodic refresh.
-- Definer: clients may not put jobs into the queue themselves.
create or replace function private.enqueue_similarity() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_raters uuid[];
begin
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

-- source: sql/private/recommend/fault_of_interaction.sql
-- The first field of an event that is missing or wrong; null if it is right.
create or replace function private.interaction_error(event jsonb) returns text
language sql stable set search_path = ''
as $$
    select case
        when jsonb_typeof(event) <> 'object' then 'object'
        when not coalesce(pg_input_is_valid(event ->> 'client_id', 'uuid'), false) then 'client_id'
        when not coalesce(pg_input_is_valid(event ->> 'item_id', 'uuid'), false) then 'item_id'
        when
            coalesce(event ->> 'type', '')
            not in ('view', 'click', 'share', 'save', 'like', 'dislike', 'complete', 'dismiss') then 'type'
        when coalesce(jsonb_typeof(event -> 'metadata'), 'null') not in ('object', 'null')
            or length(event ->> 'metadata') > 2000 then 'metadata'
        when not coalesce(pg_input_is_valid(event ->> 'occurred_at', 'timestamptz'), true) then 'occurred_at'
        when
            (event ->> 'occurred_at')::timestamptz
            not between now() - interval '30 days' and now() + interval '1 day' then 'occurred_at'
    end
$$;
comment on function private.interaction_error(jsonb) is 'The first field of an event that is wrong.';
revoke execute on function private.interaction_error(jsonb) from public;

-- source: sql/private/recommend/neighbours.sql
-- A rater's nearest neighbours: as stored where no rating of theirs changed since, computed where one did.
-- Reads others' ratings: for definer functions and workers only.
create or replace function private.neighbours(rater_id uuid)
returns table (neighbour_id uuid, similarity double precision, weight double precision, mean double precision)
language plpgsql stable rows 100 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_stored boolean := (
        select r.similarities_version = r.ratings_version from public.raters as r where r.id = neighbours.rater_id
    );
begin
    return query
    select n.neighbour_id, n.similarity, private.shrink_correlation(n.similarity, n.co_ratings), r.rating_sum / r.rating_count
    from (
        select s.neighbour_id, s.similarity, s.co_ratings
        from public.user_similarities as s
        where v_stored and s.rater_id = neighbours.rater_id
        union all
        (
            select c.neighbour_id, c.similarity, c.co_ratings
            from private.compute_neighbours(case when not v_stored then neighbours.rater_id end) as c
            where c.similarity > 0
            order by private.shrink_correlation(c.similarity, c.co_ratings) desc, c.neighbour_id
            limit 300
        )
    ) as n
    join public.raters as r on r.id = n.neighbour_id
    where n.similarity > 0 and r.rating_count > 0;
end
$$;
comment on function private.neighbours(uuid) is 'A rater''s nearest neighbours, with how they rate on the whole.';
revoke execute on function private.neighbours(uuid) from public;

-- source: sql/private/recommend/popular.sql
-- The most popular items: by the sum of their ratings, then, for those nobody here rated, by what their source
-- told. A kind or all of them.
create or replace function private.popular(kind text, count integer)
returns table (item_id uuid, place bigint)
language plpgsql stable rows 20 set search_path = '' set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
    return query
    with rated as (
        select s.item_id, s.rating_sum
        from public.item_stats as s
        where s.rating_sum > 0 and (popular.kind is null or s.kind = popular.kind)
        order by s.rating_sum desc, s.item_id
        limit popular.count
    ), told as (
        select c.id, c.popularity
        from public.catalog_items as c
        where
            (select count(*) from rated) < popular.count
            and (popular.kind is null or c.kind = popular.kind)
            and not exists (select from public.item_stats as s where s.item_id = c.id and s.rating_sum > 0)
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
comment on function private.popular(text, integer) is 'The most popular items, in order.';
revoke execute on function private.popular(text, integer) from public;
grant execute on function private.popular(text, integer) to anon, authenticated, service_role;

-- source: sql/private/recommend/predict.sql
-- What a rater would give to each item: one's own mean, plus how much the nearest 40 neighbours who rated the
-- item departed from theirs, weighted by similarity (Herlocker, Konstan, Borchers, Riedl, SIGIR 1999; k as in
-- Surprise's KNNWithMeans). No such neighbour: the item's mean. Neither: no row.
-- Reads others' ratings: for definer functions and workers only.
create or replace function private.predict(rater_id uuid, item_ids uuid[])
returns table (item_id uuid, predicted_rating double precision)
language sql stable rows 20 set search_path = ''
as $$
    with nearby as (
        select
            o.item_id,
            n.similarity,
            o.rating - n.mean as departure,
            row_number() over (partition by o.item_id order by n.similarity desc, n.neighbour_id) as place
        from private.neighbours(predict.rater_id) as n
        join public.ratings as o on o.rater_id = n.neighbour_id and o.item_id = any(predict.item_ids)
    ), departures as (
        select b.item_id, sum(b.similarity * b.departure) / sum(b.similarity) as departure
        from nearby as b
        where b.place <= 40
        group by b.item_id
    )
    select
        s.item_id,
        least(5.0, greatest(0.5, coalesce(me.rating_sum / me.rating_count + d.departure, s.rating_sum / s.rating_count)))
    from public.item_stats as s
    left join departures as d on d.item_id = s.item_id
    left join public.raters as me on me.id = predict.rater_id and me.rating_count > 0
    where s.item_id = any(predict.item_ids) and s.rating_count > 0
$$;
comment on function private.predict(uuid, uuid[]) is 'What a rater would give to each item.';
revoke execute on function private.predict(uuid, uuid[]) from public;

-- source: sql/private/recommend/predict_for_user.sql
-- private.predict for a user id, where the caller may ask. Raises as private.rater_of_user.
-- Definer: a prediction reads others' ratings; none of them is returned.
create or replace function private.predict_for_user(user_id uuid, item_id uuid) returns double precision
language sql stable security definer set search_path = ''
as $$
    select p.predicted_rating
    from private.predict(private.rater_of_user(predict_for_user.user_id), array[predict_for_user.item_id]) as p
$$;
comment on function private.predict_for_user(uuid, uuid) is 'What a user would give to an item, if the caller may ask.';
revoke execute on function private.predict_for_user(uuid, uuid) from public;
grant execute on function private.predict_for_user(uuid, uuid) to authenticated, service_role;

-- source: sql/private/recommend/recommend.sql
-- A profile's list: collaborative first, then by content, then popular; nothing twice, nothing unwanted.
-- Raises as private.rater_of_profile. No profile at all (anon): popular.
-- Definer: scores read others' ratings; none of them is returned.
create or replace function private.recommend(profile_id uuid, kind text, count integer)
returns table (item_id uuid, place bigint, score double precision, reason_code text, because_of uuid)
language plpgsql stable rows 20 security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_rater uuid := private.rater_of_profile(profile_id);
begin
    return query
    with unwanted as materialized (
        select u.item_id from private.excluded_items(v_rater) as u (item_id)
    ), collaborative as materialized (
        select c.item_id, c.score from private.collaborative(v_rater, recommend.kind, recommend.count) as c
    ), content as materialized (
        select c.item_id, c.score, c.because_of
        from private.similar_to_liked(
            case when (select count(*) from collaborative) < recommend.count then v_rater end,
            recommend.kind, recommend.count * 2
        ) as c
    ), popular as (
        select p.item_id, p.place
        from private.popular(recommend.kind, recommend.count * 3 + (select count(*) from unwanted)::integer) as p
        where p.item_id not in (select u.item_id from unwanted as u)
    ), candidates as (
        select c.item_id, 1 as tier, c.score, 'taste' as reason_code, null::uuid as because_of from collaborative as c
        union all
        select c.item_id, 2, c.score, 'liked', c.because_of from content as c
        union all
        select p.item_id, 3, 1.0 / p.place, 'popular', null from popular as p
    ), once as (
        select distinct on (c.item_id) c.* from candidates as c order by c.item_id, c.tier
    )
    select o.item_id, row_number() over (order by o.tier, o.score desc, o.item_id), o.score, o.reason_code, o.because_of
    from once as o
    order by 2
    limit recommend.count;
end
$$;
comment on function private.recommend(uuid, text, integer) is
'A profile''s list of recommendations, if the caller may ask.';
revoke execute on function private.recommend(uuid, text, integer) from public;
grant execute on function private.recommend(uuid, text, integer) to anon, authenticated, service_role;

-- source: sql/private/recommend/refresh_user_similarity.sql
-- Store a rater's nearest 300 neighbours anew. One statement, so that the version it notes is the one it saw.
create or replace function private.refresh_user_similarity(rater_id uuid) returns void
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
begin
    perform pg_advisory_xact_lock(hashtextextended('user_similarities:' || refresh_user_similarity.rater_id, 0));
    with nearest as materialized (
        select n.neighbour_id, n.similarity, n.co_ratings
        from private.compute_neighbours(refresh_user_similarity.rater_id) as n
        where n.similarity > 0
        order by private.shrink_correlation(n.similarity, n.co_ratings) desc, n.neighbour_id
        limit 300
    ), gone as (
        delete from public.user_similarities as s
        where
            s.rater_id = refresh_user_similarity.rater_id
            and s.neighbour_id not in (select n.neighbour_id from nearest as n)
    ), stored as (
        insert into public.user_similarities (rater_id, neighbour_id, similarity, co_ratings)
        select refresh_user_similarity.rater_id, n.neighbour_id, n.similarity, n.co_ratings
        from nearest as n
        on conflict (rater_id, neighbour_id) do update set
            similarity = excluded.similarity, co_ratings = excluded.co_ratings, computed_at = now()
    )
    update public.raters as r set similarities_version = r.ratings_version
    where r.id = refresh_user_similarity.rater_id;
end
$$;
comment on function private.refresh_user_similarity(uuid) is 'Store a rater''s nearest neighbours anew.';
revoke execute on function private.refresh_user_similarity(uuid) from public;
grant execute on function private.refresh_user_similarity(uuid) to service_role;

-- source: sql/private/recommend/shrunk.sql
-- A similarity, trusted the less the fewer ratings it rests on: multiplied by n / (n + 10).
create or replace function private.shrink_correlation(similarity double precision, co_ratings integer) returns double precision
language sql immutable set search_path = ''
as $$
    select similarity * co_ratings / (co_ratings + 10)
$$;
comment on function private.shrink_correlation(double precision, integer) is 'A similarity, shrunk where few ratings support it.';
revoke execute on function private.shrink_correlation(double precision, integer) from public;
grant execute on function private.shrink_correlation(double precision, integer) to service_role;

-- source: sql/private/recommend/store_interactions.sql
-- Check a list of events and write those that are new, for the acting profile's rater only. Raises 22023 for the
-- first bad event, naming it; 42501 for a caller without a profile.
-- Definer: events are written through here alone, so that each lands in its month.
create or replace function private.store_interactions(events jsonb) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    v_rater uuid := private.current_rater_id();
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
    insert into public.interactions (rater_id, client_id, month, item_id, type, metadata, occurred_at)
    select
        v_rater,
        e.client_id,
        date_trunc('month', coalesce(e.occurred_at, now()) at time zone 'UTC')::date,
        e.item_id,
        e.type,
        coalesce(e.metadata, '{}'),
        coalesce(e.occurred_at, now())
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

-- source: sql/private/recommend/sum_trends.sql
-- The sum of trends of any size, as private.add_trends adds two.
create or replace aggregate private.sum_trends(double precision) (
    sfunc = private.add_trends,
    stype = double precision,
    initcond = '-infinity'
);
comment on aggregate private.sum_trends(double precision) is 'The sum of trends, as a logarithm.';
revoke execute on function private.sum_trends(double precision) from public;

-- source: sql/private/recommend/trend_of.sql
-- An event's share of a trend: base-2 logarithm of its weight, doubled for every week after 2000.
-- So older events count half as much a week, without a row being touched as time goes by
-- (forward decay: Cormode, Shkapenyuk, Srivastava, Xu, ICDE 2009).
create or replace function private.trend_of(weight double precision, at timestamptz) returns double precision
language sql immutable set search_path = ''
as $$
    select case
        when weight > 0 then ln(weight) / ln(2::double precision) + (extract(epoch from at) - 946684800) / 604800
        else '-infinity'
    end
$$;
comment on function private.trend_of(double precision, timestamptz) is 'An event''s share of a trend, as a logarithm.';
revoke execute on function private.trend_of(double precision, timestamptz) from public;
grant execute on function private.trend_of(double precision, timestamptz) to anon, authenticated, service_role;

-- source: sql/private/recommend/unwanted.sql
-- Items that have no place in a rater's lists: rated, disliked, dismissed or watched to the end.
-- For definer functions and workers only.
create or replace function private.excluded_items(rater_id uuid) returns setof uuid
language sql stable rows 50 set search_path = ''
as $$
    select r.item_id from public.ratings as r where r.rater_id = unwanted.rater_id
    union
    select i.item_id
    from public.interactions as i
    where i.rater_id = unwanted.rater_id and i.type in ('dislike', 'dismiss', 'complete')
$$;
comment on function private.excluded_items(uuid) is 'Items that have no place in a rater''s lists.';
revoke execute on function private.excluded_items(uuid) from public;

-- source: sql/private/search/check_embedding.sql
-- Refuse a query vector that is missing or of the wrong length. Raises 22023.
create or replace function private.check_embedding(query_embedding extensions.vector) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if query_embedding is null or extensions.vector_dims(query_embedding) <> 384 then
        raise exception 'query_embedding must have 384 numbers, not %', coalesce(extensions.vector_dims(query_embedding), 0)
            using errcode = '22023', detail = '{"field": "query_embedding", "dimensions": 384}';
    end if;
    if extensions.vector_norm(query_embedding) = 0 then
        raise exception 'query_embedding must not be all zeros'
            using errcode = '22023', detail = '{"field": "query_embedding"}';
    end if;
end
$$;
comment on function private.check_embedding(extensions.vector) is 'Refuse a query vector of the wrong length.';
revoke execute on function private.check_embedding(extensions.vector) from public;
grant execute on function private.check_embedding(extensions.vector) to anon, authenticated, service_role;

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
begin
    perform private.check_embedding(query_embedding);
    perform private.check_range('match_threshold', v_threshold, 0, 1);
    perform private.check_range('match_count', v_count, 1, 200);
    perform private.check_kind(match_kind.kind);
    return query
    select c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, n.similarity
    from private.nearest(query_embedding, coalesce(match_kind.kind, 'movie'), v_count) as n
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
-- Items of a kind nearest to a vector, best first. Planned at each call, so that the index of that kind is used.
-- The first statement loads pgvector: only then may one who is no superuser name its settings.
select '[0]'::extensions.vector;

create or replace function private.nearest(query_embedding extensions.vector, kind text, count integer)
returns table (item_id uuid, similarity double precision)
language plpgsql stable rows 20 set search_path = '' set hnsw.ef_search = 200 set plan_cache_mode = force_custom_plan
as $$
begin
    return query
    select e.item_id, 1 - (e.embedding operator(extensions.<=>) query_embedding)
    from public.item_embeddings as e
    where e.kind = nearest.kind
    order by e.embedding operator(extensions.<=>) query_embedding
    limit nearest.count;
end
$$;
comment on function private.nearest(extensions.vector, text, integer) is 'Items of a kind nearest to a vector.';
revoke execute on function private.nearest(extensions.vector, text, integer) from public;
grant execute on function private.nearest(extensions.vector, text, integer) to anon, authenticated, service_role;

-- source: sql/triggers/auth_users.sql
-- A new auth user gets an account, a profile and a rater; a changed address is mirrored.
create or replace trigger create_account
after insert on auth.users
for each row execute function private.create_account();

create or replace trigger mirror_email
after update of email on auth.users
for each row when (old.email is distinct from new.email) execute function private.mirror_email();

-- source: sql/triggers/books.sql
-- books shares its item's life, tells when it changed, and is embedded when its text is new.
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

-- source: sql/triggers/content.sql
-- content shares its item's life, tells when it changed, and is embedded when its text is new.
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

-- source: sql/triggers/identity.sql
-- accounts and profiles tell when they changed.
create or replace trigger touch
before update on public.accounts
for each row execute function private.touch();

create or replace trigger touch
before update on public.profiles
for each row execute function private.touch();

-- source: sql/triggers/interactions.sql
-- Counts follow every event.
create or replace trigger count_inserted
after insert on public.interactions referencing new table as changed_rows
for each statement execute function private.count_interactions();

-- source: sql/triggers/ratings.sql
-- Who rates is the acting profile unless said otherwise; counts and neighbours follow every change.
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

create or replace trigger enqueue_inserted
after insert on public.ratings referencing new table as changed_rows
for each statement execute function private.enqueue_similarity();

create or replace trigger enqueue_updated
after update on public.ratings referencing new table as changed_rows
for each statement execute function private.enqueue_similarity();

create or replace trigger enqueue_deleted
after delete on public.ratings referencing old table as changed_rows
for each statement execute function private.enqueue_similarity();

-- source: sql/access/accounts.sql
-- An account is its owner's: read, and the display name changed.
alter table public.accounts enable row level security;
revoke all on public.accounts from anon, authenticated;
grant select on public.accounts to authenticated;
grant update (display_name) on public.accounts to authenticated;
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

-- source: sql/access/books.sql
-- Books are everybody's to read.
alter table public.books enable row level security;
revoke all on public.books from anon, authenticated;
grant select on public.books to anon, authenticated;
grant all on public.books to service_role;

drop policy if exists books_select_everybody on public.books;
create policy books_select_everybody on public.books
for select to anon, authenticated
using (true);
comment on policy books_select_everybody on public.books is 'Everybody may read the catalogue.';

-- source: sql/access/catalog_items.sql
-- A view that runs as the caller: the tables' policies hold.
revoke all on public.catalog_items from anon, authenticated;
grant select on public.catalog_items to anon, authenticated, service_role;

-- source: sql/access/content.sql
-- Films, shows and sports are everybody's to read.
alter table public.content enable row level security;
revoke all on public.content from anon, authenticated;
grant select on public.content to anon, authenticated;
grant all on public.content to service_role;

drop policy if exists content_select_everybody on public.content;
create policy content_select_everybody on public.content
for select to anon, authenticated
using (true);
comment on policy content_select_everybody on public.content is 'Everybody may read the catalogue.';

-- source: sql/access/genres.sql
-- Genres are everybody's to read.
alter table public.genres enable row level security;
revoke all on public.genres from anon, authenticated;
grant select on public.genres to anon, authenticated;
grant all on public.genres to service_role;

drop policy if exists genres_select_everybody on public.genres;
create policy genres_select_everybody on public.genres
for select to anon, authenticated
using (true);
comment on policy genres_select_everybody on public.genres is 'Everybody may read genres.';

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

-- source: sql/access/item_embeddings.sql
-- Vectors of public texts are everybody's to read: searches run as the caller.
alter table public.item_embeddings enable row level security;
revoke all on public.item_embeddings from anon, authenticated;
grant select on public.item_embeddings to anon, authenticated;
grant all on public.item_embeddings to service_role;

drop policy if exists item_embeddings_select_everybody on public.item_embeddings;
create policy item_embeddings_select_everybody on public.item_embeddings
for select to anon, authenticated
using (true);
comment on policy item_embeddings_select_everybody on public.item_embeddings is 'Searches run as the caller.';

-- source: sql/access/item_genres.sql
-- Which item has which genres is everybody's to read.
alter table public.item_genres enable row level security;
revoke all on public.item_genres from anon, authenticated;
grant select on public.item_genres to anon, authenticated;
grant all on public.item_genres to service_role;

drop policy if exists item_genres_select_everybody on public.item_genres;
create policy item_genres_select_everybody on public.item_genres
for select to anon, authenticated
using (true);
comment on policy item_genres_select_everybody on public.item_genres is 'Everybody may read genres.';

-- source: sql/access/item_neighbours.sql
-- Weights between items name nobody and are everybody's to read.
alter table public.item_neighbours enable row level security;
revoke all on public.item_neighbours from anon, authenticated;
grant select on public.item_neighbours to anon, authenticated;
grant all on public.item_neighbours to service_role;

drop policy if exists item_neighbours_select_everybody on public.item_neighbours;
create policy item_neighbours_select_everybody on public.item_neighbours
for select to anon, authenticated
using (true);
comment on policy item_neighbours_select_everybody on public.item_neighbours is
'Similar items are found as the caller.';

-- source: sql/access/item_stats.sql
-- Counts name nobody and are everybody's to read.
alter table public.item_stats enable row level security;
revoke all on public.item_stats from anon, authenticated;
grant select on public.item_stats to anon, authenticated;
grant all on public.item_stats to service_role;

drop policy if exists item_stats_select_everybody on public.item_stats;
create policy item_stats_select_everybody on public.item_stats
for select to anon, authenticated
using (true);
comment on policy item_stats_select_everybody on public.item_stats is 'Popular and trending lists run as the caller.';

-- source: sql/access/item_tags.sql
-- The words people gave an item are everybody's to read.
alter table public.item_tags enable row level security;
revoke all on public.item_tags from anon, authenticated;
grant select on public.item_tags to anon, authenticated;
grant all on public.item_tags to service_role;

drop policy if exists item_tags_select_everybody on public.item_tags;
create policy item_tags_select_everybody on public.item_tags
for select to anon, authenticated
using (true);
comment on policy item_tags_select_everybody on public.item_tags is 'Everybody may read tags.';

-- source: sql/access/items.sql
-- The catalogue's items are everybody's to read.
alter table public.items enable row level security;
revoke all on public.items from anon, authenticated;
grant select on public.items to anon, authenticated;
grant all on public.items to service_role;

drop policy if exists items_select_everybody on public.items;
create policy items_select_everybody on public.items
for select to anon, authenticated
using (true);
comment on policy items_select_everybody on public.items is 'Everybody may read the catalogue.';

-- source: sql/access/movies.sql
-- A view that runs as the caller: the tables' policies hold.
revoke all on public.movies from anon, authenticated;
grant select on public.movies to anon, authenticated, service_role;

-- source: sql/access/profiles.sql
-- Profiles are their account's: read, and changed in what the owner decides.
alter table public.profiles enable row level security;
revoke all on public.profiles from anon, authenticated;
grant select on public.profiles to authenticated;
grant update (name, language_preference, maturity_rating, preferences) on public.profiles to authenticated;
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

-- source: sql/access/raters.sql
-- A pseudonym is its profile's secret: one reads the acting one's alone.
alter table public.raters enable row level security;
revoke all on public.raters from anon, authenticated;
grant select on public.raters to authenticated;
grant all on public.raters to service_role;

drop policy if exists raters_select_own on public.raters;
create policy raters_select_own on public.raters
for select to authenticated
using (id = (select private.current_rater_id()));
comment on policy raters_select_own on public.raters is 'One reads the acting profile''s pseudonym.';

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

-- source: sql/access/user_similarities.sql
-- Who rates like whom is nobody's to read but the service's.
alter table public.user_similarities enable row level security;
revoke all on public.user_similarities from anon, authenticated;
grant all on public.user_similarities to service_role;

drop policy if exists user_similarities_all_service on public.user_similarities;
create policy user_similarities_all_service on public.user_similarities
for all to service_role
using (true)
with check (true);
comment on policy user_similarities_all_service on public.user_similarities is 'Similarities are the service''s.';

-- source: sql/rpc/recommend/get_collaborative_recommendations.sql
-- What people whose ratings run like the user's liked and the user has not rated.
-- Neighbours by Pearson correlation over common ratings; ordered by the sum of their similarities, each shrunk
-- where few common ratings support it and weighted by what they gave.
--   user_id  one's own id; the service may name anybody's, or a rater
--   count    how many at most, 1 to 200, default 20
-- Returns id, kind, title, overview, year, language, image, predicted_rating (as predict_rating), score; best first.
-- Raises 22023 for a parameter missing or out of range, 42501 for another user's id, PT404 for an unknown one.
-- Roles: authenticated, service_role.
-- Example: rpc/get_collaborative_recommendations {"user_id": "5d3c…", "count": 10}
create or replace function public.get_collaborative_recommendations(
    user_id uuid default null, count integer default 20
)
returns setof public.predicted_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_collaborative_recommendations.count, 20);
begin
    perform private.check_range('count', v_count, 1, 200);
    return query
    select c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, l.predicted_rating, l.score
    from private.collaborative_for_user(get_collaborative_recommendations.user_id, v_count) as l
    join public.catalog_items as c on c.id = l.item_id
    order by l.score desc, c.id;
end
$$;
comment on function public.get_collaborative_recommendations(uuid, integer) is
'What people whose ratings run like the user''s liked.';
revoke execute on function public.get_collaborative_recommendations(uuid, integer) from public;
grant execute on function public.get_collaborative_recommendations(uuid, integer) to authenticated, service_role;

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
begin
    perform private.check_range('limit', v_limit, 1, 200);
    perform private.check_kind(get_popular_items.kind);
    return query
    select
        c.id, c.kind, c.title, c.overview, c.year, c.language, c.image,
        coalesce(s.rating_count, 0), s.rating_sum / nullif(s.rating_count, 0)
    from private.popular(get_popular_items.kind, v_limit) as p
    join public.catalog_items as c on c.id = p.item_id
    left join public.item_stats as s on s.item_id = p.item_id
    order by p.place;
end
$$;
comment on function public.get_popular_items(integer, text) is 'What most people rated, and rated well.';
revoke execute on function public.get_popular_items(integer, text) from public;
grant execute on function public.get_popular_items(integer, text) to anon, authenticated, service_role;

-- source: sql/rpc/recommend/get_recommendations.sql
-- What to watch or read next: what people with the profile's taste liked, then what is like the items it liked,
-- then what is popular; never what it rated, disliked, dismissed or finished.
--   count       how many at most, 1 to 200, default 20
--   kind        movie, tv_show, sports or book; none: all of them
--   diversity   0 to 1, default 0.3; checked, without effect so far
--   profile_id  one of one's own profiles; none: the default one. The service may name any
-- Returns id, kind, title, overview, year, language, image, score (comparable within a reason), reason_code (taste,
-- liked, popular), reason (a sentence), because_of (the item it names); best first.
-- Raises 22023 for a parameter out of range, 42501 for another user's profile, PT404 to the service for one that is
-- not there; named in detail.field.
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
begin
    perform private.check_range('count', v_count, 1, 200);
    perform private.check_range('diversity', coalesce(get_recommendations.diversity, 0.3), 0, 1);
    perform private.check_kind(get_recommendations.kind);
    return query
    select
        c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, r.score, r.reason_code,
        case r.reason_code
            when 'taste' then 'People with your taste liked it'
            when 'liked' then format('Because you liked %s', b.title)
            when 'popular' then 'Popular with everyone'
        end,
        r.because_of
    from private.recommend(get_recommendations.profile_id, get_recommendations.kind, v_count) as r
    join public.catalog_items as c on c.id = r.item_id
    left join public.catalog_items as b on b.id = r.because_of
    order by r.place;
end
$$;
comment on function public.get_recommendations(integer, text, real, uuid) is 'What to watch or read next, and why.';
revoke execute on function public.get_recommendations(integer, text, real, uuid) from public;
grant execute on function public.get_recommendations(integer, text, real, uuid) to anon, authenticated, service_role;

-- source: sql/rpc/recommend/get_similar_items.sql
-- Items like one: first those a model found to be liked together, then those that tell of something alike.
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
begin
    perform private.check_item(get_similar_items.item_id);
    perform private.check_range('count', v_count, 1, 200);
    return query
    with together as (
        select n.neighbour_id as item_id, max(n.weight) as weight
        from public.item_neighbours as n
        where n.item_id = get_similar_items.item_id and n.weight > 0
        group by n.neighbour_id
    ), alike as (
        select n.item_id, n.similarity
        from public.item_embeddings as e
        cross join lateral private.nearest(e.embedding, e.kind, v_count + 1) as n
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
    order by l.tier, l.score desc, c.id
    limit v_count;
end
$$;
comment on function public.get_similar_items(uuid, integer) is 'Items like one.';
revoke execute on function public.get_similar_items(uuid, integer) from public;
grant execute on function public.get_similar_items(uuid, integer) to anon, authenticated, service_role;

-- source: sql/rpc/recommend/get_trending_items.sql
-- What people rate, watch and share now: each event counts half as much a week later.
--   count  how many at most, 1 to 200, default 20
--   kind   movie, tv_show, sports or book; none: all of them
-- Returns id, kind, title, overview, year, language, image, score (events of today's weight); most first.
-- Raises 22023 for a parameter out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_trending_items {"count": 10}
create or replace function public.get_trending_items(count integer default 20, kind text default null)
returns setof public.trending_item
language plpgsql stable rows 20 set search_path = '' set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_trending_items.count, 20);
    v_now double precision := private.trend_of(1, now());
begin
    perform private.check_range('count', v_count, 1, 200);
    perform private.check_kind(get_trending_items.kind);
    return query
    select
        c.id, c.kind, c.title, c.overview, c.year, c.language, c.image,
        power(2::double precision, greatest(s.trend - v_now, -1000))
    from (
        select s.item_id, s.trend
        from public.item_stats as s
        where s.trend > '-infinity' and (get_trending_items.kind is null or s.kind = get_trending_items.kind)
        order by s.trend desc, s.item_id
        limit v_count
    ) as s
    join public.catalog_items as c on c.id = s.item_id
    order by s.trend desc, c.id;
end
$$;
comment on function public.get_trending_items(integer, text) is 'What people rate, watch and share now.';
revoke execute on function public.get_trending_items(integer, text) from public;
grant execute on function public.get_trending_items(integer, text) to anon, authenticated, service_role;

-- source: sql/rpc/recommend/predict_rating.sql
-- What a user would give to an item: the user's mean, plus how the nearest 40 neighbours who rated it departed from
-- theirs, weighted by Pearson correlation; the item's mean where no neighbour rated it.
--   user_id  one's own id; the service may name anybody's, or a rater
--   item_id  the item
-- Returns a number from 0.5 to 5.0; null when nobody has rated the item.
-- Raises 22023 for a parameter missing, 42501 for another user's id, PT404 for an unknown user or item.
-- Roles: authenticated, service_role.
-- Example: rpc/predict_rating {"user_id": "5d3c…", "item_id": "0b7e…"}
create or replace function public.predict_rating(user_id uuid default null, item_id uuid default null)
returns double precision
language plpgsql stable set search_path = ''
as $$
begin
    perform private.check_item(item_id);
    return private.predict_for_user(user_id, item_id);
end
$$;
comment on function public.predict_rating(uuid, uuid) is 'What a user would give to an item.';
revoke execute on function public.predict_rating(uuid, uuid) from public;
grant execute on function public.predict_rating(uuid, uuid) to authenticated, service_role;

-- source: sql/rpc/recommend/record_interactions.sql
-- Tell what the acting profile did with items: all events of a call or none; an event sent again does nothing.
--   events  a list of 1 to 500 objects: client_id (uuid, chosen by the client, once per event), item_id (uuid),
--           type (view, click, share, save, like, dislike, complete, dismiss), occurred_at (optional, the last 30
--           days up to a day ahead, default now), metadata (optional object, up to 2,000 characters)
-- Returns how many events were new.
-- Raises 22023 naming the event and its field, 23503 for an unknown item, 42501 without a profile.
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
    return private.store_interactions(events);
end
$$;
comment on function public.record_interactions(jsonb) is 'Tell what the acting profile did with items.';
revoke execute on function public.record_interactions(jsonb) from public;
grant execute on function public.record_interactions(jsonb) to authenticated;

-- source: sql/rpc/search/match_books.sql
-- Books nearest in meaning to a query, by cosine similarity.
--   query_embedding  384 numbers, by the model that item_embeddings.model names
--   match_threshold  least similarity, 0 to 1, default 0.4
--   match_count      how many at most, 1 to 200, default 12
-- Returns id, kind, title, overview, year, language, image, similarity; best first.
-- Raises 22023 for a parameter missing or out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/match_books {"query_embedding": [0.1, …]}
create or replace function public.match_books(
    query_embedding extensions.vector default null,
    match_threshold double precision default 0.4,
    match_count integer default 12
)
returns setof public.matched_item
language sql stable rows 20 set search_path = ''
as $$
    select * from private.match_kind(query_embedding, match_threshold, match_count, 'book')
$$;
comment on function public.match_books(extensions.vector, double precision, integer) is
'Books nearest in meaning to a query.';
revoke execute on function public.match_books(extensions.vector, double precision, integer) from public;
grant execute on function public.match_books(extensions.vector, double precision, integer)
to anon, authenticated, service_role;

-- source: sql/rpc/search/match_content.sql
-- Items of one kind nearest in meaning to a query, by cosine similarity.
--   query_embedding  384 numbers, by the model that item_embeddings.model names
--   match_threshold  least similarity, 0 to 1, default 0.4
--   match_count      how many at most, 1 to 200, default 12
--   kind             movie, tv_show, sports or book, default movie
-- Returns id, kind, title, overview, year, language, image, similarity; best first.
-- Raises 22023 for a parameter missing or out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/match_content {"query_embedding": [0.1, …], "kind": "tv_show"}
create or replace function public.match_content(
    query_embedding extensions.vector default null,
    match_threshold double precision default 0.4,
    match_count integer default 12,
    kind text default 'movie'
)
returns setof public.matched_item
language sql stable rows 20 set search_path = ''
as $$
    select * from private.match_kind(query_embedding, match_threshold, match_count, match_content.kind)
$$;
comment on function public.match_content(extensions.vector, double precision, integer, text) is
'Items of one kind nearest in meaning to a query.';
revoke execute on function public.match_content(extensions.vector, double precision, integer, text) from public;
grant execute on function public.match_content(extensions.vector, double precision, integer, text)
to anon, authenticated, service_role;

-- source: sql/rpc/search/match_movies.sql
-- Films nearest in meaning to a query, by cosine similarity.
--   query_embedding  384 numbers, by the model that item_embeddings.model names
--   match_threshold  least similarity, 0 to 1, default 0.4
--   match_count      how many at most, 1 to 200, default 12
-- Returns id, kind, title, overview, year, language, image, similarity; best first.
-- Raises 22023 for a parameter missing or out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/match_movies {"query_embedding": [0.1, …], "match_threshold": 0.5}
create or replace function public.match_movies(
    query_embedding extensions.vector default null,
    match_threshold double precision default 0.4,
    match_count integer default 12
)
returns setof public.matched_item
language sql stable rows 20 set search_path = ''
as $$
    select * from private.match_kind(query_embedding, match_threshold, match_count, 'movie')
$$;
comment on function public.match_movies(extensions.vector, double precision, integer) is
'Films nearest in meaning to a query.';
revoke execute on function public.match_movies(extensions.vector, double precision, integer) from public;
grant execute on function public.match_movies(extensions.vector, double precision, integer)
to anon, authenticated, service_role;
