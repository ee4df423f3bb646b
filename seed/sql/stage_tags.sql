create temporary table staged_tags (item_id uuid, tag text, uses integer) on commit drop;
