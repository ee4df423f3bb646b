copy (select r.rater_id, r.item_id, r.rating::double precision from public.ratings as r) to stdout (format binary)
