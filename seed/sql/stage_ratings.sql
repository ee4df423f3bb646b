create temporary table staged_ratings (
    rater_id uuid, item_id uuid, rating real, rated_at timestamptz
) on commit drop;
