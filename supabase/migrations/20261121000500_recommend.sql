-- What people thought of items and did with them, and what is computed from it.

set lock_timeout = '10s';

create table public.ratings (
    rater_id uuid not null references public.raters (id) on delete cascade,
    item_id uuid not null references public.items (id) on delete cascade,
    rating real not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (rater_id, item_id),
    constraint ratings_half_steps check (rating between 0.5 and 5.0 and rating * 2 = floor(rating * 2))
);
create index ratings_item on public.ratings (item_id, rater_id) include (rating);
comment on table public.ratings is 'One rating per rater and item. Clients send item_id and rating.';
comment on column public.ratings.rater_id is 'Who rated: the acting profile''s pseudonym, by default.';
comment on column public.ratings.item_id is 'What was rated.';
comment on column public.ratings.rating is '0.5 to 5.0 in half steps.';
comment on column public.ratings.created_at is 'When it was first rated.';
comment on column public.ratings.updated_at is 'When the rating last changed.';

create table public.interactions (
    rater_id uuid not null references public.raters (id) on delete cascade,
    client_id uuid not null,
    month date not null,
    item_id uuid not null references public.items (id) on delete cascade,
    type text not null,
    metadata jsonb not null default '{}',
    occurred_at timestamptz not null,
    received_at timestamptz not null default now(),
    primary key (rater_id, client_id, month),
    constraint interactions_type_known
    check (type in ('view', 'click', 'share', 'save', 'like', 'dislike', 'complete', 'dismiss')),
    constraint interactions_month_of_event
    check (month = date_trunc('month', occurred_at at time zone 'UTC')::date),
    constraint interactions_metadata_small
    check (jsonb_typeof(metadata) = 'object' and length(metadata::text) <= 2000)
) partition by range (month);
create index interactions_rater_item on public.interactions (rater_id, item_id, type);
create index interactions_item on public.interactions (item_id);
comment on table public.interactions is
'What a rater did with items: implicit feedback. A table a month; written by record_interactions.';
comment on column public.interactions.rater_id is 'Who did it.';
comment on column public.interactions.client_id is
'The event''s id, chosen by the client, so that sending it again does nothing.';
comment on column public.interactions.month is 'The first day of the event''s month, UTC: the partition.';
comment on column public.interactions.item_id is 'What it was done with.';
comment on column public.interactions.type is 'view, click, share, save, like, dislike, complete or dismiss.';
comment on column public.interactions.metadata is 'What the client adds, up to 2,000 characters of JSON.';
comment on column public.interactions.occurred_at is 'When it happened, by the client''s word.';
comment on column public.interactions.received_at is 'When it arrived.';
create table private.interactions_default partition of public.interactions default;
comment on table private.interactions_default is 'Events of a month that has no table yet.';

create table public.item_stats (
    item_id uuid primary key,
    kind text not null,
    rating_count integer not null default 0,
    rating_sum double precision not null default 0,
    interaction_count bigint not null default 0,
    trend double precision not null default '-infinity',
    constraint item_stats_item_fkey
    foreign key (item_id, kind) references public.items (id, kind) on delete cascade
);
create index item_stats_popular on public.item_stats (rating_sum desc, item_id);
create index item_stats_popular_by_kind on public.item_stats (kind, rating_sum desc, item_id);
create index item_stats_trending on public.item_stats (trend desc, item_id);
create index item_stats_trending_by_kind on public.item_stats (kind, trend desc, item_id);
comment on table public.item_stats is
'Counts an item has gathered, kept by triggers and read by popular and trending lists.';
comment on column public.item_stats.item_id is 'The item.';
comment on column public.item_stats.kind is 'Its kind.';
comment on column public.item_stats.rating_count is 'How many ratings it has.';
comment on column public.item_stats.rating_sum is 'Their sum: many ratings and good ones; what popular lists go by.';
comment on column public.item_stats.interaction_count is 'How many interactions it has had.';
comment on column public.item_stats.trend is
'Base-2 logarithm of the sum, over events, of weight times 2^(weeks from 2000-01-01 to the event): '
'older events count half as much a week, and no row has to be touched as time goes by.';

create table public.user_similarities (
    rater_id uuid not null references public.raters (id) on delete cascade,
    neighbour_id uuid not null references public.raters (id) on delete cascade,
    similarity double precision not null,
    co_ratings integer not null,
    computed_at timestamptz not null default now(),
    primary key (rater_id, neighbour_id),
    constraint user_similarities_not_oneself check (rater_id <> neighbour_id),
    constraint user_similarities_range check (similarity between -1.000001 and 1.000001),
    constraint user_similarities_co_ratings check (co_ratings >= 2)
);
create index user_similarities_neighbour on public.user_similarities (neighbour_id);
comment on table public.user_similarities is
'The nearest raters of each rater, by Pearson correlation over what both rated.';
comment on column public.user_similarities.rater_id is 'The rater.';
comment on column public.user_similarities.neighbour_id is 'One of the nearest.';
comment on column public.user_similarities.similarity is 'Pearson''s correlation, -1 to 1.';
comment on column public.user_similarities.co_ratings is 'How many items both rated.';
comment on column public.user_similarities.computed_at is 'When it was computed.';

create table public.item_neighbours (
    model text not null,
    item_id uuid not null references public.items (id) on delete cascade,
    neighbour_id uuid not null references public.items (id) on delete cascade,
    weight real not null,
    primary key (model, item_id, neighbour_id),
    constraint item_neighbours_not_itself check (item_id <> neighbour_id)
);
create index item_neighbours_item on public.item_neighbours (item_id, weight desc);
create index item_neighbours_neighbour on public.item_neighbours (neighbour_id);
comment on table public.item_neighbours is
'Weights from item to item, computed by a model from ratings and interactions.';
comment on column public.item_neighbours.model is 'Which model computed the weight.';
comment on column public.item_neighbours.item_id is 'Somebody who liked this…';
comment on column public.item_neighbours.neighbour_id is '…may like this.';
comment on column public.item_neighbours.weight is 'How strongly; comparable within a model only.';

-- The rows of lists: an item as catalog_items shows it, and why it is there.

create type public.matched_item as (
    id uuid, kind text, title text, overview text, year smallint, language text, image text,
    similarity double precision
);
comment on type public.matched_item is 'An item found by meaning, with its cosine similarity to the query.';

create type public.popular_item as (
    id uuid, kind text, title text, overview text, year smallint, language text, image text,
    rating_count integer, average_rating double precision
);
comment on type public.popular_item is 'A popular item, with how many rated it and how well.';

create type public.trending_item as (
    id uuid, kind text, title text, overview text, year smallint, language text, image text,
    score double precision
);
comment on type public.trending_item is 'A trending item, with its events of today''s weight.';

create type public.similar_item as (
    id uuid, kind text, title text, overview text, year smallint, language text, image text,
    score double precision, reason_code text
);
comment on type public.similar_item is 'An item like another, how like and in what way.';

create type public.predicted_item as (
    id uuid, kind text, title text, overview text, year smallint, language text, image text,
    predicted_rating double precision, score double precision
);
comment on type public.predicted_item is 'An item that people of the same taste liked, with the rating it would get.';

create type public.recommended_item as (
    id uuid, kind text, title text, overview text, year smallint, language text, image text,
    score double precision, reason_code text, reason text, because_of uuid
);
comment on type public.recommended_item is 'A recommended item and why it is recommended.';
