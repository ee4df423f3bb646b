create temporary table staged_weights (
    part text, min_ratings integer, weight real, explanation text, fitted_at timestamptz
) on commit drop;
