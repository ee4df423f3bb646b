-- What lists are blended from: the item model in a form that is quick to sum, and how much each part of a list counts.

set lock_timeout = '10s';

alter table public.recommendation_models add column targets uuid[] not null default '{}';
comment on column public.recommendation_models.targets is
'The items that lists by it may hold, in the order of the packed weights; set by private.pack_item_model.';

create table private.item_weights (
    model_id bigint not null references public.recommendation_models (id) on delete cascade,
    item_id uuid not null references public.items (id) on delete cascade,
    weights extensions.sparsevec not null,
    primary key (model_id, item_id)
);
create index item_weights_item on private.item_weights (item_id);
alter table private.item_weights enable row level security;
comment on table private.item_weights is
'item_neighbours packed, one row an item, for lists to sum; written by private.pack_item_model.';
comment on column private.item_weights.model_id is 'The version of a model.';
comment on column private.item_weights.item_id is 'Somebody who liked this…';
comment on column private.item_weights.weights is '…may like these, in the order of the version''s targets.';

create table public.recommendation_weights (
    part text not null,
    min_ratings integer not null,
    weight double precision not null,
    explanation text not null,
    fitted_at timestamptz,
    primary key (part, min_ratings),
    constraint recommendation_weights_part_known
    check (part in ('liked_together', 'taste', 'liked', 'trending', 'popular')),
    constraint recommendation_weights_min_ratings_not_negative check (min_ratings >= 0),
    constraint recommendation_weights_weight_range check (weight between 0 and 10)
);
alter table public.recommendation_weights enable row level security;
comment on table public.recommendation_weights is
'How much each part counts in get_recommendations, by how many ratings a person has given. May be edited by hand.';
comment on column public.recommendation_weights.part is
'liked_together (item model), taste (neighbours), liked (meaning of liked items), trending or popular.';
comment on column public.recommendation_weights.min_ratings is
'Counts for people with at least so many ratings, up to the next row of the part.';
comment on column public.recommendation_weights.weight is
'What a part''s score, 1 for its first item, is multiplied by. 0: asked only where the others do not fill the list.';
comment on column public.recommendation_weights.explanation is 'How the weight was found, and by what number.';
comment on column public.recommendation_weights.fitted_at is
'When python -m workers blend found it; null: set by hand.';

insert into public.recommendation_weights (part, min_ratings, weight, explanation)
select
    p.part,
    b.min_ratings,
    p.weights[b.place] as weight,
    'set by hand: people with few ratings get more of what all like' as explanation
from (
    values
    ('liked_together', array[1.0, 1.0, 1.0, 1.0]),
    ('taste', array[0.3, 0.1, 0.0, 0.0]),
    ('liked', array[0.1, 0.05, 0.0, 0.0]),
    ('trending', array[0.1, 0.0, 0.0, 0.0]),
    ('popular', array[0.2, 0.1, 0.0, 0.0])
) as p (part, weights)
cross join (values (1, 0), (2, 5), (3, 20), (4, 100)) as b (place, min_ratings);

create type private.proposal as (
    item_id uuid, part text, score double precision, reason_code text, because_of uuid, language text
);
comment on type private.proposal is
'What a part of a list proposes: the item, its score there, and why: a liked item or a language the reason names.';

-- They take the viewer, or return more, from now on; nothing outside this database calls them.
-- squawk-ignore ban-drop-function
drop function private.recommend(uuid, text, integer);
-- squawk-ignore ban-drop-function
drop function private.item_based(uuid, text, integer);
-- squawk-ignore ban-drop-function
drop function private.similar_to_liked(uuid, text, integer);
