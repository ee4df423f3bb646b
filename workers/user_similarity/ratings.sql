copy (
    select r.rater_id, r.item_id, r.rating::double precision
    from public.ratings as r
    join public.raters as o on o.id = r.rater_id
    where o.is_counted
) to stdout (format binary)
