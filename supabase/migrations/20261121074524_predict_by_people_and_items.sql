-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- source: sql/private/recommend/collaborative.sql
-- What a rater's closest 40 neighbours rated and the rater has not: scored by the sum, over neighbours, of affinity
-- times rating / 5. A list ordered by predicted rating alone would be led by what one neighbour liked.
-- Reads others' ratings: for definer functions and workers only.
create or replace function private.collaborative(rater_id uuid, kind text, count integer)
returns table (item_id uuid, score double precision)
language sql stable rows 20 set search_path = ''
as $$
    with closest as materialized (
        select n.neighbour_id, n.affinity
        from private.neighbours(collaborative.rater_id) as n
        where n.affinity > 0
        order by n.affinity desc, n.neighbour_id
        limit 40
    ), scored as (
        select o.item_id, sum(n.affinity * o.rating / 5) as score
        from closest as n
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

-- source: sql/private/recommend/compute_neighbours.sql
-- A rater compared with every other over the items both rated. workers/user_similarity/neighbours.py computes the
-- same of all raters.
--   similarity  Pearson's correlation of what both gave; null for one common rating, or where all are equal
--   weight      the correlation of how far above the items' levels both rated, about centres drawn to zero where few
--               items speak for them, shrunk by their number
--   affinity    common ratings by the root of both counts, the more the better they agree; 0 for a neighbour who
--               rated nothing else
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
            corr(o.rating, m.rating) as similarity,
            regr_avgx(o.rating - m.level, m.above) as my_mean,
            regr_avgy(o.rating - m.level, m.above) as their_mean,
            regr_sxx(o.rating - m.level, m.above) as mine,
            regr_syy(o.rating - m.level, m.above) as theirs,
            regr_sxy(o.rating - m.level, m.above) as both
        from private.rating_residuals(compute_neighbours.rater_id) as m
        join public.ratings as o on o.item_id = m.item_id
        where o.rater_id <> compute_neighbours.rater_id
        group by o.rater_id
    ), centred as (
        select
            c.rater_id,
            c.co_ratings,
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
                then w.co_ratings * greatest(0, 1 + 2 * w.weight)
                    / sqrt((me.rating_count + 20)::double precision * (r.rating_count + 20))
            else 0
        end,
        w.level
    from weighed as w
    join public.raters as r on r.id = w.rater_id
    join public.raters as me on me.id = compute_neighbours.rater_id
$$;
comment on function private.compute_neighbours(uuid) is 'A rater compared with every other.';
revoke execute on function private.compute_neighbours(uuid) from public;
grant execute on function private.compute_neighbours(uuid) to service_role;

-- source: sql/private/recommend/item_level.sql
-- An item's mean rating, drawn to the mean of all by as much as five ratings would.
create or replace function private.item_baseline(
    rating_sum double precision, rating_count integer, rating_level double precision
) returns double precision
language sql immutable set search_path = ''
as $$
    select (rating_sum + 5 * rating_level) / (rating_count + 5)
$$;
comment on function private.item_baseline(double precision, integer, double precision) is
'An item''s mean rating, drawn to the mean of all.';
revoke execute on function private.item_baseline(double precision, integer, double precision) from public;
grant execute on function private.item_baseline(double precision, integer, double precision) to service_role;

-- source: sql/private/recommend/nearest_raters.sql
-- Those of private.compute_neighbours that are worth keeping: the 300 of the largest weight, which predictions go
-- by, and the 50 of the largest affinity, which lists go by. For definer functions and workers only.
create or replace function private.nearest_raters(rater_id uuid)
returns table (
    neighbour_id uuid, similarity double precision, co_ratings integer,
    weight double precision, affinity double precision, level double precision
)
language sql stable rows 300 set search_path = ''
as $$
    with compared as materialized (
        select c.* from private.compute_neighbours(nearest_raters.rater_id) as c where c.weight > 0 or c.affinity > 0
    ), weightiest as (
        select c.* from compared as c where c.weight > 0 order by c.weight desc, c.neighbour_id limit 300
    ), closest as (
        select c.* from compared as c where c.affinity > 0 order by c.affinity desc, c.neighbour_id limit 50
    )
    select w.* from weightiest as w
    union all
    select c.* from closest as c where c.neighbour_id not in (select w.neighbour_id from weightiest as w)
$$;
comment on function private.nearest_raters(uuid) is 'A rater''s neighbours that are worth keeping.';
revoke execute on function private.nearest_raters(uuid) from public;
grant execute on function private.nearest_raters(uuid) to service_role;

-- source: sql/private/recommend/neighbours.sql
-- A rater's nearest neighbours, as private.nearest_raters gives them: as stored, or computed here when the rater's
-- ratings changed since. Reads others' ratings: for definer functions and workers only.
create or replace function private.neighbours(rater_id uuid)
returns table (
    neighbour_id uuid, weight double precision, affinity double precision, level double precision
)
language plpgsql stable rows 300 set search_path = ''
as $$
#variable_conflict use_column
begin
    if (select r.similarities_version = r.ratings_version from public.raters as r where r.id = neighbours.rater_id)
    then
        return query
        select s.neighbour_id, s.weight, s.affinity, s.level
        from public.user_similarities as s
        where s.rater_id = neighbours.rater_id;
    else
        return query
        select n.neighbour_id, n.weight, n.affinity, n.level from private.nearest_raters(neighbours.rater_id) as n;
    end if;
end
$$;
comment on function private.neighbours(uuid) is 'A rater''s nearest neighbours, stored or computed.';
revoke execute on function private.neighbours(uuid) from public;

-- source: sql/private/recommend/predict.sql
-- What a rater would give to each item: the item's level, plus how far the rater gives more than items' levels, plus
-- how far those who rate alike departed from what the same says of them, plus how far the rater's own ratings of
-- items that are rated alike did (Koren, Factorization Meets the Neighborhood, KDD 2008). Each mean is drawn to zero
-- where little supports it. An item that nobody rated: no row. A rater without ratings: the item's level.
-- Items rated alike are those of the model of that name; without one, people alone tell.
-- Reads others' ratings: for definer functions and workers only.
create or replace function private.predict(rater_id uuid, item_ids uuid[])
returns table (item_id uuid, predicted_rating double precision)
language sql stable rows 20 set search_path = ''
as $$
    with asked as materialized (
        select s.item_id, private.item_baseline(s.rating_sum, s.rating_count, a.of_all) as level
        from public.item_stats as s
        cross join (select private.global_baseline() as of_all offset 0) as a
        where s.item_id = any(predict.item_ids) and s.rating_count > 0
    ), mine as materialized (
        select m.item_id, m.above from private.rating_residuals(predict.rater_id) as m
    ), me as materialized (
        select coalesce(sum(m.above), 0) / (count(*) + 5) as bias from mine as m
    ), people as (
        select o.item_id, sum(n.weight * (o.rating - a.level - n.level)) / (sum(n.weight) + 0.5) as departure
        from private.neighbours(predict.rater_id) as n
        join public.ratings as o on o.rater_id = n.neighbour_id and o.item_id = any(predict.item_ids)
        join asked as a on a.item_id = o.item_id
        where n.weight > 0
        group by o.item_id
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
        greatest(0.5, least(5.0, a.level + me.bias + case
            when i.departure is null then coalesce(p.departure, 0)
            else 0.8 * i.departure + 0.5 * coalesce(p.departure, 0)
        end))
    from asked as a
    cross join me
    left join people as p on p.item_id = a.item_id
    left join items as i on i.item_id = a.item_id
$$;
comment on function private.predict(uuid, uuid[]) is 'What a rater would give to each item.';
revoke execute on function private.predict(uuid, uuid[]) from public;

-- source: sql/private/recommend/rated_alike.sql
-- The version of the model of items rated alike that predictions read; null where none is active.
create or replace function private.active_similarity_model() returns bigint
language sql stable set search_path = ''
as $$
    select m.id from public.recommendation_models as m where m.name = 'rated_alike' and m.is_active
$$;
comment on function private.active_similarity_model() is 'The version of the model that predictions read.';
revoke execute on function private.active_similarity_model() from public;
grant execute on function private.active_similarity_model() to service_role;

-- source: sql/private/recommend/rating_level.sql
-- The mean rating of the 1,000 most popular items, which hold most ratings; null where nothing is rated.
-- Read as it is now: no job has to keep it.
create or replace function private.global_baseline() returns double precision
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
comment on function private.global_baseline() is 'The mean rating of the most popular items.';
revoke execute on function private.global_baseline() from public;
grant execute on function private.global_baseline() to service_role;

-- source: sql/private/recommend/ratings_above.sql
-- A rater's ratings, each with the item's level and how far it is above it. For definer functions and workers only.
create or replace function private.rating_residuals(rater_id uuid)
returns table (item_id uuid, rating double precision, level double precision, above double precision)
language sql stable rows 100 set search_path = ''
as $$
    select r.item_id, r.rating, l.level, r.rating - l.level
    from public.ratings as r
    join public.item_stats as s on s.item_id = r.item_id
    cross join (select private.global_baseline() as of_all offset 0) as a
    cross join lateral (select private.item_baseline(s.rating_sum, s.rating_count, a.of_all) as level offset 0) as l
    where r.rater_id = ratings_above.rater_id
$$;
comment on function private.rating_residuals(uuid) is 'A rater''s ratings, and how far each is above the item''s level.';
revoke execute on function private.rating_residuals(uuid) from public;
grant execute on function private.rating_residuals(uuid) to service_role;

-- source: sql/private/recommend/refresh_user_similarity.sql
-- Store a rater's nearest neighbours anew. One statement, so that the version it notes is the one it saw.
create or replace function private.refresh_user_similarity(rater_id uuid) returns void
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
begin
    perform pg_advisory_xact_lock(hashtextextended('user_similarities:' || refresh_user_similarity.rater_id, 0));
    with nearest as materialized (
        select n.* from private.nearest_raters(refresh_user_similarity.rater_id) as n
    ), gone as (
        delete from public.user_similarities as s
        where
            s.rater_id = refresh_user_similarity.rater_id
            and s.neighbour_id not in (select n.neighbour_id from nearest as n)
    ), stored as (
        insert into public.user_similarities
        (rater_id, neighbour_id, similarity, co_ratings, weight, affinity, level)
        select
            refresh_user_similarity.rater_id, n.neighbour_id, n.similarity, n.co_ratings,
            n.weight, n.affinity, n.level
        from nearest as n
        on conflict (rater_id, neighbour_id) do update set
            similarity = excluded.similarity, co_ratings = excluded.co_ratings, weight = excluded.weight,
            affinity = excluded.affinity, level = excluded.level, computed_at = now()
    )
    update public.raters as r set similarities_version = r.ratings_version
    where r.id = refresh_user_similarity.rater_id;
end
$$;
comment on function private.refresh_user_similarity(uuid) is 'Store a rater''s nearest neighbours anew.';
revoke execute on function private.refresh_user_similarity(uuid) from public;
grant execute on function private.refresh_user_similarity(uuid) to service_role;

-- source: sql/private/recommend/shrunk.sql
-- A correlation, trusted the less the fewer ratings it rests on: multiplied by n / (n + 50).
create or replace function private.shrink_correlation(similarity double precision, co_ratings integer) returns double precision
language sql immutable set search_path = ''
as $$
    select similarity * co_ratings / (co_ratings + 50)
$$;
comment on function private.shrink_correlation(double precision, integer) is 'A similarity, shrunk where few ratings support it.';
revoke execute on function private.shrink_correlation(double precision, integer) from public;
grant execute on function private.shrink_correlation(double precision, integer) to service_role;

-- source: sql/rpc/recommend/get_collaborative_recommendations.sql
-- What people whose ratings run like the user's liked and the user has not rated.
-- Neighbours are those who rated most of the same and agree on it; ordered by the sum over them, each weighted by how
-- much of either's ratings is common, how well they agree where many common ratings say so, and what they gave.
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
    -- Asked before the query: a plan that needs no list would not call what refuses.
    perform private.rater_of_user(get_collaborative_recommendations.user_id);
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

-- source: sql/rpc/recommend/predict_rating.sql
-- What a user would give to an item: the item's mean, plus how far the user rates above the means of items, plus how
-- the neighbours who rate alike departed from as much, and the user's own ratings of items that are rated alike.
-- Counts from the first rating on, at once; a user without ratings gets the item's mean, drawn to that of all.
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
