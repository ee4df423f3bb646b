-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- source: sql/private/recommend/nearest_raters.sql
-- Those of private.compute_neighbours that are worth keeping: the 150 of the largest weight, which predictions go
-- by, and the 50 of the largest affinity, which lists go by. For definer functions and workers only.
create or replace function private.nearest_raters(rater_id uuid)
returns table (
    neighbour_id uuid, similarity double precision, co_ratings integer,
    weight double precision, affinity double precision, level double precision
)
language sql stable rows 150 set search_path = ''
as $$
    with compared as materialized (
        select c.* from private.compute_neighbours(nearest_raters.rater_id) as c where c.weight > 0 or c.affinity > 0
    ), weightiest as (
        select c.* from compared as c where c.weight > 0 order by c.weight desc, c.neighbour_id limit 150
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
-- A rater's nearest neighbours, as private.nearest_raters gives them: as stored, which serves while no more than one
-- rating in twenty changed since, else computed here. A job stores them anew soon after each change.
-- Reads others' ratings: for definer functions and workers only.
create or replace function private.neighbours(rater_id uuid)
returns table (
    neighbour_id uuid, weight double precision, affinity double precision, level double precision
)
language plpgsql stable rows 150 set search_path = ''
as $$
#variable_conflict use_column
begin
    if (
        select r.similarities_version >= 0 and (r.ratings_version - r.similarities_version) * 20 <= r.rating_count
        from public.raters as r
        where r.id = neighbours.rater_id
    ) then
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

-- source: sql/private/recommend/spread.sql
-- The best of a pool, spread over genres: one after the other is taken, of the lowest tier the one with the highest
-- score, which is its weight divided by one plus how often, on average, its genres were taken before.
--   pool   candidates, each item once
--   count  how many at most
create or replace function private.spread(pool private.candidate[], count integer)
returns table (item_id uuid, place integer, score double precision)
language plpgsql immutable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_pool private.candidate[] := array(
        select c from unnest(pool) as c order by c.tier, c.weight desc, c.item_id
    );
    v_left boolean[] := array_fill(true, array[cardinality(v_pool)]);
    v_taken double precision[] := array_fill(
        0::double precision, array[(select coalesce(max(g), 1) from unnest(pool) as c cross join unnest(c.genres) as g)]
    );
    v_candidate private.candidate;
    v_best private.candidate;
    v_at_best integer;
    v_value double precision;
    v_sum double precision;
    v_genre integer;
begin
    for v_place in 1..least(spread.count, cardinality(v_pool)) loop
        v_at_best := null;
        for v_at in 1..cardinality(v_pool) loop
            continue when not v_left[v_at];
            v_candidate := v_pool[v_at];
            -- No score is above its weight: none that follows can be the best.
            exit when v_at_best is not null and (v_candidate.tier > v_best.tier or v_candidate.weight < score);
            v_sum := 0;
            foreach v_genre in array coalesce(v_candidate.genres, '{}') loop
                v_sum := v_sum + v_taken[v_genre];
            end loop;
            v_value := v_candidate.weight / (1 + v_sum / greatest(cardinality(v_candidate.genres), 1));
            if
                v_at_best is null or v_value > score or v_value = score and v_candidate.item_id < v_best.item_id
            then
                v_at_best := v_at;
                v_best := v_candidate;
                score := v_value;
            end if;
        end loop;
        v_left[v_at_best] := false;
        foreach v_genre in array coalesce(v_best.genres, '{}') loop
            v_taken[v_genre] := v_taken[v_genre] + 1;
        end loop;
        item_id := v_best.item_id;
        place := v_place;
        return next;
    end loop;
end
$$;
comment on function private.spread(private.candidate[], integer) is 'The best of a pool, spread over genres.';
revoke execute on function private.spread(private.candidate[], integer) from public;
grant execute on function private.spread(private.candidate[], integer) to anon, authenticated, service_role;
