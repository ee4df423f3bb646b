copy (
    select l.rater_id, l.item_id, l.weight, extract(epoch from l.liked_at)::double precision
    from private.likings as l
) to stdout (format binary)
