-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

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
    insert into public.item_stats as s (item_id, kind, rating_count, rating_sum, rating_square_sum)
    select
        i.id,
        i.kind,
        v_sign * count(*),
        v_sign * sum(c.rating),
        v_sign * sum(power(c.rating, 2))
    from changed_rows as c
    join public.items as i on i.id = c.item_id
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
comment on function private.count_ratings() is 'Trigger: keeps the counts of item_stats and raters.';
revoke execute on function private.count_ratings() from public;

-- source: sql/private/recommend/genre_sets.sql
-- The genres of items as sets, a bit each, the same for all that are asked together; none: 0. Of more than 63 genres
-- some share a bit.
create or replace function private.genre_sets(item_ids uuid[])
returns table (item_id uuid, genres bigint)
language sql stable rows 200 set search_path = ''
as $$
    with numbered as (
        select g.item_id, dense_rank() over (order by g.genre_id) % 63 as genre
        from public.item_genres as g
        where g.item_id = any(genre_sets.item_ids)
    )
    select i.item_id, coalesce(bit_or(1::bigint << n.genre::integer), 0)
    from unnest(genre_sets.item_ids) as i (item_id)
    left join numbered as n on n.item_id = i.item_id
    group by i.item_id
$$;
comment on function private.genre_sets(uuid[]) is 'The genres of items, a bit each.';
revoke execute on function private.genre_sets(uuid[]) from public;
grant execute on function private.genre_sets(uuid[]) to anon, authenticated, service_role;

-- source: sql/private/recommend/newcomer.sql
-- A list for a viewer of whom nothing is known: what is popular, spread over genres.
--   viewer  who looks; what it may see, and not what its rater has no use for
--   kind    none: all of them
--   count   how many at most
-- An item weighs by its places, each 1 / log2(1 + place): among the popular ones, among those that trend in the
-- viewer's languages, and, if as many as asked trend there, in the viewer's country. Items in another language than
-- the viewer's come after those in one of them, or in none that is known.
-- Reason codes: popular_in_country, popular_in_language (language says which), popular.
-- Reads what others must not: for definer functions and workers only.
create or replace function private.newcomer(viewer private.viewer, kind text, count integer)
returns table (item_id uuid, place integer, score double precision, reason_code text, language text)
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_unwanted uuid[] := array(select private.excluded_items(viewer.rater_id));
    v_count integer := newcomer.count * 3 + 50 + cardinality(v_unwanted);
begin
    return query
    with spoken as materialized (
        select t.item_id, row_number() over (order by t.score desc, t.item_id) as place
        from private.trending(newcomer.kind, viewer.languages, null, v_count, viewer) as t
    ), local as materialized (
        select t.item_id, row_number() over (order by t.score desc, t.item_id) as place
        from private.trending(newcomer.kind, null, viewer.country, v_count, viewer) as t
        where viewer.country is not null
    ), enough as (
        select l.* from local as l where (select count(*) from local) >= newcomer.count
    ), placed as (
        select p.item_id, p.place, 1 as source from private.popular(newcomer.kind, v_count, viewer) as p
        union all
        select s.item_id, s.place, 2 from spoken as s
        union all
        select e.item_id, e.place, 3 from enough as e
    ), weighed as materialized (
        select
            p.item_id,
            i.language,
            sum(ln(2::double precision) / ln(1 + p.place::double precision))
            * private.level_factor(p.item_id, viewer.rater_id) as weight,
            coalesce(i.language <> all(viewer.languages), false) as is_foreign,
            max(p.source) as source
        from placed as p
        join public.items as i on i.id = p.item_id
        where p.item_id <> all(v_unwanted)
        group by p.item_id, i.id
    ), pool as (
        select array_agg((w.item_id, w.is_foreign::integer, w.weight, g.genres)::private.candidate) as candidates
        from weighed as w
        join private.genre_sets(array(select w.item_id from weighed as w)) as g on g.item_id = w.item_id
    )
    select
        s.item_id,
        s.place,
        s.score,
        case
            when w.source = 3 then 'popular_in_country'
            when w.source = 2 and w.language = any(viewer.languages) then 'popular_in_language'
            else 'popular'
        end,
        w.language
    from pool as p
    cross join lateral private.diversify_by_genre(coalesce(p.candidates, '{}'), newcomer.count) as s
    join weighed as w on w.item_id = s.item_id
    order by s.place;
end
$$;
comment on function private.newcomer(private.viewer, text, integer) is
'A list for a viewer of whom nothing is known.';
revoke execute on function private.newcomer(private.viewer, text, integer) from public;

-- source: sql/private/recommend/onboarding.sql
-- Items to ask the acting profile to rate, spread over genres: of the 200 most popular, by the root of how many rated
-- them times the standard deviation of what they gave (in the manner of Rashid and others, IUI 2002). Those that tell
-- nothing so, for nobody or one alone rated them, come after, as popular as they are. Leaves out what the profile
-- rated, disliked or dismissed, and what it may not see.
-- Definer: it asks what the caller rated, and anon may not read ratings.
create or replace function private.onboarding(kind text, count integer)
returns table (item_id uuid, place integer, score double precision)
language plpgsql stable rows 10 security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_viewer private.viewer := private.current_viewer();
    v_known uuid[] := array(
        select r.item_id from public.ratings as r where r.rater_id = v_viewer.rater_id
        union
        select i.item_id
        from public.interactions as i
        where i.rater_id = v_viewer.rater_id and i.type in ('dislike', 'dismiss')
    );
begin
    return query
    with weighed as materialized (
        select
            p.item_id,
            p.place,
            sqrt(s.rating_count)
            * sqrt(greatest(s.rating_square_sum / s.rating_count - power(s.rating_sum / s.rating_count, 2), 0)) as weight
        from private.popular(onboarding.kind, 200 + cardinality(v_known), v_viewer) as p
        left join public.item_stats as s on s.item_id = p.item_id and s.rating_count > 0
        where p.item_id <> all(v_known)
    ), pool as (
        select array_agg(
            (
                w.item_id,
                case when w.weight > 0 then 0 else 1 end,
                case when w.weight > 0 then w.weight else 1 / ln(1 + w.place::double precision) end,
                g.genres
            )::private.candidate
        ) as candidates
        from weighed as w
        join private.genre_sets(array(select w.item_id from weighed as w)) as g on g.item_id = w.item_id
    )
    select s.item_id, s.place, s.score
    from pool as p
    cross join lateral private.diversify_by_genre(coalesce(p.candidates, '{}'), onboarding.count) as s;
end
$$;
comment on function private.onboarding(text, integer) is 'Items to ask the acting profile to rate.';
revoke execute on function private.onboarding(text, integer) from public;
grant execute on function private.onboarding(text, integer) to anon, authenticated, service_role;

-- source: sql/private/recommend/spread.sql
-- The best of a pool, spread over genres: one after the other is taken, of the lowest tier the one with the highest
-- score, which is its weight divided by one plus how often, on average, its genres were taken before.
--   pool   candidates, each item once
--   count  how many at most
create or replace function private.diversify_by_genre(pool private.candidate[], count integer)
returns table (item_id uuid, place integer, score double precision)
language plpgsql immutable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    -- Of each candidate, how often its genres were taken; null where it was itself.
    v_taken bigint[] := array_fill(0::bigint, array[cardinality(pool)]);
    v_chosen integer;
    v_genres bigint;
begin
    for v_place in 1..least(spread.count, cardinality(pool)) loop
        select c.number, c.item_id, c.genres, c.weight / (1 + c.taken::double precision / c.size)
        into v_chosen, item_id, v_genres, score
        from (
            select p.*, greatest(bit_count(p.genres::bit(64)), 1) as size
            from rows from (unnest(pool), unnest(v_taken)) with ordinality as p (
                item_id, tier, weight, genres, taken, number
            )
            where p.taken is not null
        ) as c
        order by c.tier, c.weight / (1 + c.taken::double precision / c.size) desc, c.item_id
        limit 1;
        place := v_place;
        return next;
        v_taken := array(
            select p.taken + bit_count((p.genres & v_genres)::bit(64))
            from rows from (unnest(pool), unnest(v_taken)) with ordinality as p (
                item_id, tier, weight, genres, taken, number
            )
            order by p.number
        );
        v_taken[v_chosen] := null;
    end loop;
end
$$;
comment on function private.diversify_by_genre(private.candidate[], integer) is 'The best of a pool, spread over genres.';
revoke execute on function private.diversify_by_genre(private.candidate[], integer) from public;
grant execute on function private.diversify_by_genre(private.candidate[], integer) to anon, authenticated, service_role;

-- source: sql/rpc/recommend/get_onboarding_items.sql
-- What to ask a newcomer to rate: items that many know and people disagree about, so that an answer tells most, spread
-- over genres. Not what the acting profile rated, disliked or dismissed, and only what it may see.
--   count  how many at most, 1 to 50, default 10
--   kind   movie, tv_show, sports or book, default movie
-- Returns id, kind, title, overview, year, language, image, rating_count, average_rating; the most telling first.
-- Where nobody rated yet: what its source calls popular.
-- Raises 22023 for a parameter out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_onboarding_items {"count": 10, "kind": "movie"}
create or replace function public.get_onboarding_items(count integer default 10, kind text default 'movie')
returns setof public.popular_item
language plpgsql stable rows 10 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_onboarding_items.count, 10);
begin
    perform private.check_range('count', v_count, 1, 50);
    perform private.check_kind(get_onboarding_items.kind);
    return query
    select
        c.id, c.kind, c.title, c.overview, c.year, c.language, c.image,
        coalesce(s.rating_count, 0), s.rating_sum / nullif(s.rating_count, 0)
    from private.onboarding(coalesce(get_onboarding_items.kind, 'movie'), v_count) as o
    join public.catalog_items as c on c.id = o.item_id
    left join public.item_stats as s on s.item_id = o.item_id
    order by o.place;
end
$$;
comment on function public.get_onboarding_items(integer, text) is 'What to ask a newcomer to rate.';
revoke execute on function public.get_onboarding_items(integer, text) from public;
grant execute on function public.get_onboarding_items(integer, text) to anon, authenticated, service_role;
