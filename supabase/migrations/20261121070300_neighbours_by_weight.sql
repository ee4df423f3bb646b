-- Neighbours keep what predictions and lists go by beside Pearson's correlation, from the first common rating on.

set lock_timeout = '10s';

-- What is stored lacks the new columns: it is computed at read until it is stored anew.
delete from public.user_similarities;
update public.raters set similarities_version = -1
where similarities_version <> -1;

-- One common rating counts, and has no correlation. Only functions read these rows.
-- squawk-ignore ban-drop-not-null
alter table public.user_similarities alter column similarity drop not null;
-- squawk-ignore ban-drop-constraint
alter table public.user_similarities drop constraint user_similarities_co_ratings;
alter table public.user_similarities
add column weight double precision not null default 0,
add column affinity double precision not null default 0,
add column level double precision not null default 0;
-- The table is empty: there is nothing to scan.
alter table public.user_similarities
-- squawk-ignore constraint-missing-not-valid
add constraint user_similarities_co_ratings check (co_ratings >= 1);
comment on table public.user_similarities is 'The nearest raters of each rater, over what both rated.';
comment on column public.user_similarities.similarity is
'Pearson''s correlation of what both gave, -1 to 1; null where it is not defined: one common rating, or all equal.';
comment on column public.user_similarities.weight is
'Correlation of how far above the items'' levels both rated, shrunk where few items support it; '
'above zero, predictions go by it.';
comment on column public.user_similarities.affinity is
'How much of what either rated both rated, the more the better they agree; lists go by the largest.';
comment on column public.user_similarities.level is
'How far above the items'' levels the neighbour rates, over what both rated.';
comment on column public.item_neighbours.item_id is
'Of liked_together: somebody who liked this… Of rated_alike: what this gets is told by…';
comment on column public.item_neighbours.neighbour_id is
'Of liked_together: …may like this. Of rated_alike: …what was given to this.';
comment on column public.recommendation_models.name is
'What the model is for: lists read liked_together, predictions rated_alike, whatever computed it.';

-- Their rows have other columns now.
-- squawk-ignore ban-drop-function
drop function private.neighbours(uuid);
-- squawk-ignore ban-drop-function
drop function private.compute_neighbours(uuid);
