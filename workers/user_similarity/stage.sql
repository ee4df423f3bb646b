create temporary table staged_similarities (
    rater_id uuid, neighbour_id uuid, similarity double precision, co_ratings integer,
    weight double precision, affinity double precision, level double precision
) on commit delete rows
