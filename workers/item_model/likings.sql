copy (
    select l.rater_id, l.item_id, l.weight, extract(epoch from l.liked_at)::double precision
    from private.positive_feedback as l
    join public.raters as r on r.id = l.rater_id and r.is_counted
) to stdout (format binary)
