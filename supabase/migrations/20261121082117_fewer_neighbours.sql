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
