-- What a sample of raters liked of the most rated items: numbers of the rater and the item, weight, seconds.
with sampled as (
    select r.id, row_number() over (order by md5(r.id::text || %(seed)s::text)) - 1 as place
    from public.raters as r
    where r.rating_count > 0 and r.is_counted
    order by place
    limit %(raters)s
), most as (
    select s.item_id, row_number() over (order by s.rating_count desc, s.item_id) - 1 as place
    from private.item_counts as s
    where s.rating_count > 0
    order by place
    limit %(items)s
)
select
    sampled.place::integer,
    most.place::integer,
    l.weight,
    extract(epoch from l.liked_at)::double precision
from private.positive_feedback as l
join sampled on sampled.id = l.rater_id
join most on most.item_id = l.item_id
order by sampled.place, l.liked_at, most.place
