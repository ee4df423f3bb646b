copy public.item_neighbours (model_id, item_id, neighbour_id, weight) from stdin (format binary)
