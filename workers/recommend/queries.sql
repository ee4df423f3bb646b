-- name: refresh_user_similarity
-- Compare one rater with all others again.
select private.refresh_user_similarity(%(rater_id)s::uuid);

-- name: lock_item_model
-- Wait for another training to end; the lock is held until the connection ends.
select pg_advisory_lock(hashtextextended('item_model', 0));

-- name: copy_feedback
-- Rater, item, weight and time (seconds since 1970) of all positive feedback.
copy (
    select l.rater_id, l.item_id, l.weight, extract(epoch from l.liked_at)::double precision
    from private.positive_feedback as l
    join public.raters as r on r.id = l.rater_id and r.is_counted
) to stdout (format binary);

-- name: hold_free_items
-- Those of the items that exist, locked against deletion until the transaction ends. An item that is being deleted is
-- skipped, not waited for: a transaction that deletes many items locks them in no order and may wait for one of ours.
select i.id
from public.items as i
where i.id = any(%(items)s)
order by i.id
for key share skip locked;

-- name: hold_items
-- Those of the items that exist, locked against deletion until the transaction ends.
select i.id
from public.items as i
where i.id = any(%(items)s::uuid[])
order by i.id
for key share;

-- name: replace_model
-- A new active version instead of all others of its name; their weights are deleted with them.
with gone as (
    delete from public.recommendation_models as m where m.name = %(name)s::text returning m.version
)
insert into public.recommendation_models (name, version, parameters, item_count, rating_count, is_active)
select %(name)s::text, coalesce(max(g.version), 0) + 1, %(parameters)s, %(items)s, %(ratings)s, true
from gone as g
returning id, version;

-- name: copy_item_weights
-- Write a model's weights between items.
copy public.item_neighbours (model_id, item_id, neighbour_id, weight) from stdin (format binary);

-- name: pack_item_model
-- Write the compact copy of a model's weights that lists read.
select private.pack_item_model(%(model)s);

-- name: analyze_item_model
-- Update the planner's statistics after a training.
analyze public.item_neighbours, private.item_weights;

-- name: lock_user_similarity
-- Wait for another comparison to end; the lock is held until the connection ends.
select pg_advisory_lock(hashtextextended('user_similarity', 0));

-- name: copy_ratings
-- Rater, item and rating of all ratings that count.
copy (
    select r.rater_id, r.item_id, r.rating::double precision
    from public.ratings as r
    join public.raters as o on o.id = r.rater_id
    where o.is_counted
) to stdout (format binary);

-- name: rater_versions
-- The version of each rater's ratings.
select r.id, r.ratings_version from public.raters as r where r.rating_count > 0 and r.is_counted order by r.id;

-- name: create_staged_similarities
-- The table in which the neighbours of a block are staged; it is empty after each transaction.
create temporary table staged_similarities (
    rater_id uuid, neighbour_id uuid, similarity double precision, co_ratings integer,
    weight double precision, affinity double precision, level double precision
) on commit delete rows;

-- name: copy_staged_similarities
-- Stage the neighbours of a block.
copy staged_similarities (rater_id, neighbour_id, similarity, co_ratings, weight, affinity, level)
from stdin (format binary);

-- name: hold_unchanged_raters
-- Those of the raters whose ratings still have the version that was read, locked until the transaction ends. A rater
-- whose ratings are being written is skipped: the job that the write queues compares it.
select r.id
from public.raters as r
join unnest(%(raters)s::uuid[], %(versions)s::bigint[]) as b (id, version) on b.id = r.id
where r.ratings_version = b.version
order by r.id
for no key update of r skip locked;

-- name: delete_neighbours
-- Delete the neighbours of some raters.
delete from public.user_similarities as s where s.rater_id = any(%(raters)s::uuid[]);

-- name: insert_neighbours
-- Insert the staged neighbours of some raters, and record which version of their ratings was compared.
with inserted as (
    insert into public.user_similarities (rater_id, neighbour_id, similarity, co_ratings, weight, affinity, level)
    select s.rater_id, s.neighbour_id, s.similarity, s.co_ratings, s.weight, s.affinity, s.level
    from staged_similarities as s
    join public.raters as n on n.id = s.neighbour_id
    where s.rater_id = any(%(raters)s::uuid[])
)
update public.raters as r set similarities_version = r.ratings_version
where r.id = any(%(raters)s::uuid[]);

-- name: analyze_similarities
-- Update the planner's statistics after a comparison.
analyze public.user_similarities, public.item_neighbours;

-- name: sample_feedback
-- Positive feedback of a random sample of raters on the most rated items: index of the rater, index of the item, weight,
-- time (seconds since 1970); in order of rater and time.
with sampled as (
    select r.id, row_number() over (order by md5(r.id::text || %(seed)s::text)) - 1 as rater_index
    from public.raters as r
    where r.rating_count > 0 and r.is_counted
    order by rater_index
    limit %(raters)s
), most as (
    select s.item_id, row_number() over (order by s.rating_count desc, s.item_id) - 1 as item_index
    from private.item_counts as s
    where s.rating_count > 0
    order by item_index
    limit %(items)s
)
select
    sampled.rater_index::integer,
    most.item_index::integer,
    l.weight,
    extract(epoch from l.liked_at)::double precision
from private.positive_feedback as l
join sampled on sampled.id = l.rater_id
join most on most.item_id = l.item_id
order by sampled.rater_index, l.liked_at, most.item_index;

-- name: sample_embeddings
-- Index and embedding of the same items.
with most as (
    select s.item_id, row_number() over (order by s.rating_count desc, s.item_id) - 1 as item_index
    from private.item_counts as s
    where s.rating_count > 0
    order by item_index
    limit %(items)s
)
select most.item_index::integer, e.embedding
from most
join public.item_embeddings as e on e.item_id = most.item_id
order by most.item_index;

-- name: item_model_parameters
-- The parameters that the active item model was trained with.
select m.parameters
from public.recommendation_models as m
where m.id = private.active_item_model();

-- name: save_source_weight
-- Store the fitted weight of a source for a bracket of viewers.
insert into public.recommendation_weights (part, min_ratings, weight, explanation, fitted_at)
values (%(part)s, %(min_ratings)s, %(weight)s, %(explanation)s, now())
on conflict (part, min_ratings) do update set
    weight = excluded.weight, explanation = excluded.explanation, fitted_at = excluded.fitted_at;
