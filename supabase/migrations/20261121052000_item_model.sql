-- Models that weigh items against items: each has a name and versions, one of which is active.

set lock_timeout = '10s';

create table public.recommendation_models (
    id bigint generated always as identity primary key,
    name text not null,
    version integer not null,
    parameters jsonb not null default '{}',
    item_count integer not null default 0,
    rating_count bigint not null default 0,
    trained_at timestamptz not null default now(),
    is_active boolean not null default false,
    constraint recommendation_models_version unique (name, version),
    constraint recommendation_models_version_positive check (version > 0),
    constraint recommendation_models_parameters check (jsonb_typeof(parameters) = 'object'),
    constraint recommendation_models_counts check (item_count >= 0 and rating_count >= 0)
);
create unique index recommendation_models_active on public.recommendation_models (name) where is_active;
comment on table public.recommendation_models is
'Models computed from ratings and interactions. Lists read the active version of a name only.';
comment on column public.recommendation_models.id is 'What the model''s weights refer to.';
comment on column public.recommendation_models.name is
'What the model is for; lists read liked_together, whatever computed it.';
comment on column public.recommendation_models.version is 'Counts up within a name.';
comment on column public.recommendation_models.parameters is 'How it was computed: the method and its settings.';
comment on column public.recommendation_models.item_count is 'How many items it knows.';
comment on column public.recommendation_models.rating_count is
'How many likings it was computed from: a rating, or an interaction that says as much.';
comment on column public.recommendation_models.trained_at is 'When it was computed.';
comment on column public.recommendation_models.is_active is 'Whether lists read it; one version of a name at most.';

-- Weights without a model's version say nothing; nothing has written any so far.
-- squawk-ignore ban-drop-table
drop table public.item_neighbours;
create table public.item_neighbours (
    model_id bigint not null references public.recommendation_models (id) on delete cascade,
    item_id uuid not null references public.items (id) on delete cascade,
    neighbour_id uuid not null references public.items (id) on delete cascade,
    weight real not null,
    primary key (model_id, item_id, neighbour_id),
    constraint item_neighbours_not_itself check (item_id <> neighbour_id)
);
create index item_neighbours_item on public.item_neighbours (item_id);
create index item_neighbours_neighbour on public.item_neighbours (neighbour_id);
comment on table public.item_neighbours is
'Weights from item to item, computed by a version of a model from ratings and interactions.';
comment on column public.item_neighbours.model_id is 'The version of a model that computed the weight.';
comment on column public.item_neighbours.item_id is 'Somebody who liked this…';
comment on column public.item_neighbours.neighbour_id is '…may like this.';
comment on column public.item_neighbours.weight is 'How strongly; below zero: rather not. Comparable within a version.';
