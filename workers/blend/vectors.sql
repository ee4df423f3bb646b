-- The meaning of the same items, by their numbers.
with most as (
    select s.item_id, row_number() over (order by s.rating_count desc, s.item_id) - 1 as place
    from private.item_counts as s
    where s.rating_count > 0
    order by place
    limit %(items)s
)
select most.place::integer, e.embedding
from most
join public.item_embeddings as e on e.item_id = most.item_id
order by most.place
