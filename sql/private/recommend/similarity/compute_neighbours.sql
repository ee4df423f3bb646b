-- Helper. Compares a rater with every other counted rater over the items that both rated, without rare items
-- (private.rarity_limit). workers/common/neighbours.py computes the same for all raters.
--   similarity  Pearson's correlation of the ratings of both; null with one common rating, or if either rated all
--               common items the same
--   co_ratings  the number of common ratings
--   weight      the correlation of the residuals of both (private.rating_residuals), their means shrunk to zero by 20
--               ratings; then shrunk by private.shrink_correlation. Predictions use it
--   affinity    the sum of the common items' shares (private.rating_residuals), divided by the root of the product of
-- both
--               raters' numbers of ratings, each plus 20; higher the better both agree. 0 if the neighbour rated
--               nothing else. An item that the rater rated below 3 and the neighbour did not is not counted. Lists use
--               it
--   level       the neighbour's bias: the mean residual of the common ratings, shrunk to zero by 20 ratings
-- It reads the ratings of other raters: only definer functions and workers may call it.
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
comment on function private.compute_neighbours(uuid) is
'Compares a rater with every other counted rater over the items that both rated.';
revoke execute on function private.compute_neighbours(uuid) from public;
grant execute on function private.compute_neighbours(uuid) to service_role;
