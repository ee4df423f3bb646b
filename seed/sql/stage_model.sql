create temporary table staged_model (item_id uuid, neighbour_id uuid, weight real) on commit drop;
