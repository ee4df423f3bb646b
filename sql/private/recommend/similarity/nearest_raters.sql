-- Helper. Returns the neighbours from private.compute_neighbours that are stored: the 150 with the greatest weight, for
-- predictions, and the 50 with the greatest affinity, for lists. Only definer functions and workers may call it.
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
comment on function private.nearest_raters(uuid) is
'Returns a rater''s nearest neighbours: 150 by weight and 50 by affinity.';
revoke execute on function private.nearest_raters(uuid) from public;
grant execute on function private.nearest_raters(uuid) to service_role;
