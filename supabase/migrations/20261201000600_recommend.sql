-- Ratings and interactions, what is computed from them, and the lists made of it.

set lock_timeout = '10s';

create table public.interactions (
    rater_id uuid not null references public.raters (id) on delete cascade,
    client_id uuid not null,
    month date not null,
    item_id uuid not null references public.items (id) on delete cascade,
    type text not null,
    metadata jsonb not null default '{}',
    occurred_at timestamptz not null,
    received_at timestamptz not null default now(),
    country text,
    primary key (rater_id, client_id, month),
    constraint interactions_country_code check (country ~ '^[A-Z]{2}$'),
    constraint interactions_metadata_small
    check (jsonb_typeof(metadata) = 'object' and length(metadata::text) <= 2000),
    constraint interactions_month_of_event check (month = date_trunc('month', occurred_at at time zone 'UTC')::date),
    constraint interactions_type_known
    check (type in ('view', 'click', 'share', 'save', 'like', 'dislike', 'complete', 'dismiss', 'undo'))
) partition by range (month);
create index interactions_item on public.interactions (item_id);
create index interactions_rater_item on public.interactions (rater_id, item_id, type);
comment on table public.interactions is
'Events of raters on items (implicit feedback), partitioned by month. record_interactions is the only writer.';
comment on column public.interactions.rater_id is 'The rater.';
comment on column public.interactions.client_id is
'The event''s id, chosen by the client; an event that is sent again is ignored.';
comment on column public.interactions.month is 'First day of the event''s month in UTC: the partition key.';
comment on column public.interactions.item_id is 'The item.';
comment on column public.interactions.type is 'view, click, share, save, like, dislike, complete, dismiss or undo.';
comment on column public.interactions.metadata is
'Additional data from the client: a JSON object of up to 2,000 characters.';
comment on column public.interactions.occurred_at is 'When the event occurred, by the client''s clock.';
comment on column public.interactions.received_at is 'When the server received the event. Orders events of one call.';
comment on column public.interactions.country is
'ISO 3166 code of the viewer''s country, from the gateway or the account; null: unknown.';

create table private.interactions_default partition of public.interactions default;
comment on table private.interactions_default is 'Events of a month that has no table yet.';

create table private.item_counts (
    item_id uuid primary key,
    kind text not null,
    rating_count integer not null default 0,
    rating_sum double precision not null default 0,
    rating_square_sum double precision not null default 0,
    constraint item_counts_item_fkey foreign key (item_id, kind) references public.items (id, kind) on delete cascade
);
create index item_counts_popular on private.item_counts (rating_sum desc, item_id);
comment on table private.item_counts is
'Exact counts of items'' ratings, maintained by triggers. Models and neighbours are computed from them. They are '
'never returned to a client, since their differences reveal single ratings.';
comment on column private.item_counts.item_id is 'The item.';
comment on column private.item_counts.kind is 'The item''s kind.';
comment on column private.item_counts.rating_count is 'Number of ratings by counted raters (raters.is_counted).';
comment on column private.item_counts.rating_sum is 'Sum of these ratings.';
comment on column private.item_counts.rating_square_sum is 'Sum of the squares of these ratings.';

create table public.recommendation_models (
    id bigint generated always as identity primary key,
    name text not null,
    version integer not null,
    parameters jsonb not null default '{}',
    item_count integer not null default 0,
    rating_count bigint not null default 0,
    trained_at timestamptz not null default now(),
    is_active boolean not null default false,
    targets uuid[] not null default '{}',
    constraint recommendation_models_version unique (name, version),
    constraint recommendation_models_counts check (item_count >= 0 and rating_count >= 0),
    constraint recommendation_models_parameters check (jsonb_typeof(parameters) = 'object'),
    constraint recommendation_models_version_positive check (version > 0)
);
create unique index recommendation_models_active on public.recommendation_models (name) where is_active;
comment on table public.recommendation_models is
'Models computed from ratings and interactions, one row a version. Only the active version of a name is read.';
comment on column public.recommendation_models.id is 'The id that the rows of item_neighbours refer to.';
comment on column public.recommendation_models.name is
'The use of the model, whatever the algorithm: liked_together for lists, rated_alike for predictions.';
comment on column public.recommendation_models.version is 'Number of the version, increasing per name.';
comment on column public.recommendation_models.parameters is 'The algorithm and its parameters.';
comment on column public.recommendation_models.item_count is 'Number of items in the model.';
comment on column public.recommendation_models.rating_count is
'Number of training examples: ratings, and interactions that count as positive feedback.';
comment on column public.recommendation_models.trained_at is 'When the model was computed.';
comment on column public.recommendation_models.is_active is
'Whether this version is read; at most one version per name.';
comment on column public.recommendation_models.targets is
'The items that the model can recommend, in the order of the dimensions of private.item_weights; set by '
'private.pack_item_model.';

create table private.item_weights (
    model_id bigint not null references public.recommendation_models (id) on delete cascade,
    item_id uuid not null references public.items (id) on delete cascade,
    weights extensions.sparsevec not null,
    primary key (model_id, item_id)
);
create index item_weights_item on private.item_weights (item_id);
alter table private.item_weights enable row level security;
comment on table private.item_weights is
'The weights of item_neighbours packed as sparse vectors, one row an item, for fast sums; written by '
'private.pack_item_model.';
comment on column private.item_weights.model_id is 'The version of the model.';
comment on column private.item_weights.item_id is 'The liked item.';
comment on column private.item_weights.weights is
'Weights from this item to the version''s targets, in their order (recommendation_models.targets).';

create table private.pending_changes (
    item_id uuid not null references public.items (id) on delete cascade,
    figure text collate "C" not null,
    voter uuid not null,
    is_pending boolean not null default true,
    changed_on date not null default (now() at time zone 'UTC')::date,
    primary key (item_id, figure, voter),
    constraint pending_changes_figure check (figure ~ '^(ratings|interactions|001|[A-Z]{2})$')
);
create index pending_changes_due on private.pending_changes (figure, item_id) where is_pending;
comment on table private.pending_changes is
'Accounts that changed a published figure of an item since its last publication. A figure is published again once '
'enough different accounts are listed.';
comment on column private.pending_changes.item_id is 'The item.';
comment on column private.pending_changes.figure is
'ratings or interactions (item_stats), or a country or 001, the world (item_trends).';
comment on column private.pending_changes.voter is 'Keyed hash of the account, or of the rater if it has no account.';
comment on column private.pending_changes.is_pending is
'False once the figure is published; the account is then not recorded again on the same day.';
comment on column private.pending_changes.changed_on is 'Day of the last recorded change, UTC.';

create table private.publication (
    is_only boolean primary key default true,
    min_accounts integer not null default 5,
    count_step integer not null default 5,
    rating_noise real not null default 4.5,
    event_noise real not null default 1,
    prior real not null default 5,
    secret uuid not null default gen_random_uuid(),
    constraint publication_count_step check (count_step >= 1),
    constraint publication_min_accounts check (min_accounts >= 1),
    constraint publication_noise check (rating_noise >= 0 and event_noise >= 0),
    constraint publication_one_row check (is_only),
    constraint publication_prior check (prior >= 0)
);
comment on table private.publication is
'Rules by which private.publish_counts publishes counts and trends: a single row. docs/security-guide.md explains '
'them.';
comment on column private.publication.is_only is 'Always true: the key that allows one row only.';
comment on column private.publication.min_accounts is
'Minimum number of accounts behind a published figure, and of accounts that must change it before it is published '
'again.';
comment on column private.publication.count_step is 'Published counts are rounded to multiples of this number.';
comment on column private.publication.rating_noise is
'Scale of the Laplace noise in a sum of ratings; one rating changes the sum by at most 4.5. 0: no noise, and means '
'are not rounded.';
comment on column private.publication.event_noise is
'Scale of the Laplace noise in a trend, in events of the greatest weight. 0: no noise and no rounding.';
comment on column private.publication.prior is
'Number of ratings at the global baseline that an item''s published mean is shrunk by.';
comment on column private.publication.secret is 'Key of the hashes in private.pending_changes.';
insert into private.publication default values;

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
'Weights between items, computed by a version of a model from ratings and interactions.';
comment on column public.item_neighbours.model_id is 'The version of the model that computed the weight.';
comment on column public.item_neighbours.item_id is
'liked_together: the liked item. rated_alike: the item whose rating is predicted.';
comment on column public.item_neighbours.neighbour_id is
'liked_together: the item to recommend. rated_alike: the item that the rater rated.';
comment on column public.item_neighbours.weight is
'Strength of the relation; negative: liking one lowers the score of the other. Comparable within one version only.';

create table public.item_stats (
    item_id uuid primary key,
    kind text not null,
    rating_count integer not null default 0,
    rating_sum double precision not null default 0,
    interaction_count bigint not null default 0,
    rating_square_sum double precision not null default 0,
    constraint item_stats_item_fkey foreign key (item_id, kind) references public.items (id, kind) on delete cascade
);
create index item_stats_popular on public.item_stats (rating_sum desc, item_id);
create index item_stats_popular_by_kind on public.item_stats (kind, rating_sum desc, item_id);
comment on table public.item_stats is
'Published counts of items, written by private.publish_counts: of five accounts or more, rounded, and changed only '
'after five or more accounts changed them.';
comment on column public.item_stats.item_id is 'The item.';
comment on column public.item_stats.kind is 'The item''s kind.';
comment on column public.item_stats.rating_count is
'Number of accounts that rated the item, rounded at random to a multiple of five.';
comment on column public.item_stats.rating_sum is
'rating_count times the mean; the mean has noise and is shrunk to the global baseline. Popular lists are ordered by '
'it.';
comment on column public.item_stats.interaction_count is
'Number of interactions, one per account, type and day, rounded at random to a multiple of five.';
comment on column public.item_stats.rating_square_sum is
'Sum of the squared ratings that corresponds to rating_count and the mean, with noise; used to compute their '
'variance.';

create table public.item_trends (
    item_id uuid not null,
    country text not null,
    kind text not null,
    language text,
    trend double precision not null,
    primary key (item_id, country),
    constraint item_trends_item_fkey foreign key (item_id, kind) references public.items (id, kind) on delete cascade,
    constraint item_trends_country_code check (country ~ '^([A-Z]{2}|001)$')
);
create index item_trends_country on public.item_trends (country, kind, trend desc, item_id);
create index item_trends_language on public.item_trends (country, kind, language, trend desc, item_id);
comment on table public.item_trends is
'Published trends of items, per country and for the world, written by private.publish_counts: of five accounts or '
'more, rounded, and changed only after five or more accounts changed them.';
comment on column public.item_trends.item_id is 'The item.';
comment on column public.item_trends.country is
'ISO 3166 code of the viewers'' country; 001 (UN M.49) is the world and counts all events.';
comment on column public.item_trends.kind is 'The item''s kind.';
comment on column public.item_trends.language is 'The item''s language, copied here for the index.';
comment on column public.item_trends.trend is
'Base-2 logarithm of the sum, over events, of weight times 2^(weeks from 2000-01-01 to the event). An event loses '
'half its relative weight each week without any update of the row (forward decay).';

create table public.ratings (
    rater_id uuid not null default private.current_rater_id() references public.raters (id) on delete cascade,
    item_id uuid not null references public.items (id) on delete cascade,
    rating real not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    country text default private.current_country(),
    primary key (rater_id, item_id),
    constraint ratings_country_code check (country ~ '^[A-Z]{2}$'),
    constraint ratings_half_steps check (rating between 0.5 and 5.0 and rating * 2 = floor(rating * 2))
);
create index ratings_item on public.ratings (item_id, rater_id) include (rating);
comment on table public.ratings is 'Ratings of items, one row per rater and item. Clients send item_id and rating.';
comment on column public.ratings.rater_id is 'The rater; by default that of the acting profile.';
comment on column public.ratings.item_id is 'The rated item.';
comment on column public.ratings.rating is 'Stars, 0.5 to 5.0 in steps of 0.5.';
comment on column public.ratings.created_at is 'When the item was first rated.';
comment on column public.ratings.updated_at is 'When the rating last changed.';
comment on column public.ratings.country is
'ISO 3166 code of the viewer''s country at the first rating, from the gateway or the account; null: unknown.';

create table public.recommendation_weights (
    part text not null,
    min_ratings integer not null,
    weight double precision not null,
    explanation text not null,
    fitted_at timestamptz,
    primary key (part, min_ratings),
    constraint recommendation_weights_min_ratings_not_negative check (min_ratings >= 0),
    constraint recommendation_weights_part_known
    check (part in ('liked_together', 'taste', 'liked', 'trending', 'popular')),
    constraint recommendation_weights_weight_range check (weight between 0 and 10)
);
comment on table public.recommendation_weights is
'Weights of the sources that get_recommendations blends, by the rater''s number of ratings. May be edited by hand.';
comment on column public.recommendation_weights.part is
'The source: liked_together (item model), taste (neighbours), liked (items similar to liked items), trending or '
'popular.';
comment on column public.recommendation_weights.min_ratings is
'The row applies to raters with at least this many ratings, up to the next row of the same source.';
comment on column public.recommendation_weights.weight is
'Factor for the source''s scores, which are scaled so that its best item has 1. 0: the source is used only if the '
'others do not fill the list.';
comment on column public.recommendation_weights.explanation is 'How the weight was chosen, with the measured result.';
comment on column public.recommendation_weights.fitted_at is
'When python -m workers blend fitted the weight; null: set by hand.';
insert into public.recommendation_weights (part, min_ratings, weight, explanation) values
('liked', 0, 0.3, 'set by hand: good on MovieLens 100K and small'),
('liked', 100, 0, 'set by hand: good on MovieLens 100K and small'),
('liked', 20, 0, 'set by hand: good on MovieLens 100K and small'),
('liked', 5, 0, 'set by hand: good on MovieLens 100K and small'),
('liked_together', 0, 0.3, 'set by hand: good on MovieLens 100K and small'),
('liked_together', 100, 1, 'set by hand: good on MovieLens 100K and small'),
('liked_together', 20, 1, 'set by hand: good on MovieLens 100K and small'),
('liked_together', 5, 1, 'set by hand: good on MovieLens 100K and small'),
('popular', 0, 0.1, 'set by hand: good on MovieLens 100K and small'),
('popular', 100, 0, 'set by hand: good on MovieLens 100K and small'),
('popular', 20, 0, 'set by hand: good on MovieLens 100K and small'),
('popular', 5, 0, 'set by hand: good on MovieLens 100K and small'),
('taste', 0, 1, 'set by hand: good on MovieLens 100K and small'),
('taste', 100, 0, 'set by hand: good on MovieLens 100K and small'),
('taste', 20, 0, 'set by hand: good on MovieLens 100K and small'),
('taste', 5, 0.3, 'set by hand: good on MovieLens 100K and small'),
('trending', 0, 0.1, 'set by hand: good on MovieLens 100K and small'),
('trending', 100, 0, 'set by hand: good on MovieLens 100K and small'),
('trending', 20, 0, 'set by hand: good on MovieLens 100K and small'),
('trending', 5, 0, 'set by hand: good on MovieLens 100K and small');

create table public.user_similarities (
    rater_id uuid not null references public.raters (id) on delete cascade,
    neighbour_id uuid not null references public.raters (id) on delete cascade,
    similarity double precision,
    co_ratings integer not null,
    computed_at timestamptz not null default now(),
    weight double precision not null default 0,
    affinity double precision not null default 0,
    level double precision not null default 0,
    primary key (rater_id, neighbour_id),
    constraint user_similarities_co_ratings check (co_ratings >= 1),
    constraint user_similarities_not_oneself check (rater_id <> neighbour_id),
    constraint user_similarities_range check (similarity between -1.000001 and 1.000001)
);
create index user_similarities_neighbour on public.user_similarities (neighbour_id);
comment on table public.user_similarities is
'The stored nearest neighbours of each rater, over the items that both rated.';
comment on column public.user_similarities.rater_id is 'The rater.';
comment on column public.user_similarities.neighbour_id is 'A neighbour of the rater.';
comment on column public.user_similarities.similarity is
'Pearson''s correlation of the common ratings, -1 to 1; null if undefined: one common rating, or all ratings of one '
'rater equal.';
comment on column public.user_similarities.co_ratings is 'Number of items that both rated.';
comment on column public.user_similarities.computed_at is 'When the row was computed.';
comment on column public.user_similarities.weight is
'Correlation of the residuals (rating minus item baseline) of both, shrunk if few common ratings support it. '
'Predictions use it if it is above zero.';
comment on column public.user_similarities.affinity is
'Share of both raters'' items that they have in common, higher if they agree. Lists use the neighbours with the '
'highest affinity.';
comment on column public.user_similarities.level is
'The neighbour''s bias: the mean residual of the common ratings, shrunk to zero.';

create type private.candidate as (item_id uuid, tier integer, weight double precision, genres bigint);
comment on type private.candidate is
'A candidate of a list: its tier (lowest first), its weight (highest first) and its genres (bit set).';

create type private.proposal as (
    item_id uuid, part text, score double precision, reason_code text, because_of uuid, language text
);
comment on type private.proposal is
'A candidate proposed by one source (part) of a list: its score, the reason code, and the liked item or the language '
'that the reason names.';

create type public.popular_item as (
    id uuid, kind text, title text, overview text, year smallint, language text, image text, rating_count integer,
    average_rating double precision
);
comment on type public.popular_item is 'A popular item, with its published number of ratings and mean rating.';

create type public.predicted_item as (
    id uuid, kind text, title text, overview text, year smallint, language text, image text,
    predicted_rating double precision, score double precision
);
comment on type public.predicted_item is 'An item that users with similar ratings liked, with its predicted rating.';

create type public.recommended_item as (
    id uuid, kind text, title text, overview text, year smallint, language text, image text, score double precision,
    reason_code text, reason text, because_of uuid
);
comment on type public.recommended_item is 'A recommended item with its score and the reason.';

create type public.similar_item as (
    id uuid, kind text, title text, overview text, year smallint, language text, image text, score double precision,
    reason_code text
);
comment on type public.similar_item is
'An item similar to another, with its score and reason code (liked_together or alike).';

create type public.trending_item as (
    id uuid, kind text, title text, overview text, year smallint, language text, image text, score double precision
);
comment on type public.trending_item is 'A trending item; score is its number of events, weighted as of now.';

-- Functions, triggers and policies as sql/ has them.

set check_function_bodies = off;

-- source: sql/private/recommend/counts/counted_raters.sql
-- Maps each counted rater to the voter it counts as in published figures: its account, so that the profiles of one
-- account count once; the rater itself if it has no account (imported ratings, deleted profiles). Raters of anonymous
-- users are not counted.
create or replace view private.counted_raters with (security_invoker = true) as
select
    r.id as rater_id,
    coalesce(p.account_id, r.id) as voter
from public.raters as r
left join public.profiles as p on r.profile_id = p.id
where r.is_counted;
comment on view private.counted_raters is
'Maps each counted rater to its voter in published figures: its account, or the rater itself.';

-- source: sql/private/recommend/feedback/feedback.sql
-- Each rater's current feedback on each item, from interactions alone. The latest of like, save, dislike and dismiss is
-- the verdict. An undo cancels every event before it. A share or a completion counts as positive unless the verdict is
-- negative. Events with the same time are ordered by when they were received. An event dated after its receipt counts
-- as of its receipt, since a client's clock may be fast.
--   liked_at      when the latest positive event occurred; null if the verdict is negative or the event was undone
--   is_refused    the verdict is negative: a dislike or a dismissal
--   is_disliked   the verdict is a dislike
--   is_completed  the item was watched to the end, and this was not undone
--   refused_at    when the latest dislike or dismissal occurred; null unless is_refused
create or replace view private.feedback with (security_invoker = true) as
select
    e.rater_id,
    e.item_id,
    case when e.liked > e.undone and not e.is_refused then e.liked[1] end as liked_at,
    e.is_refused,
    e.is_refused and e.disliked = e.refused as is_disliked,
    e.completed > e.undone as is_completed,
    case when e.is_refused then e.refused[1] end as refused_at
from (
    select
        t.*,
        t.refused > t.undone and t.refused >= t.chosen as is_refused
    from (
        select
            i.rater_id,
            i.item_id,
            coalesce(max(a.at) filter (where i.type in ('like', 'save')), '{}') as chosen,
            coalesce(max(a.at) filter (where i.type in ('like', 'save', 'share', 'complete')), '{}') as liked,
            coalesce(max(a.at) filter (where i.type in ('dislike', 'dismiss')), '{}') as refused,
            coalesce(max(a.at) filter (where i.type = 'dislike'), '{}') as disliked,
            coalesce(max(a.at) filter (where i.type = 'complete'), '{}') as completed,
            coalesce(max(a.at) filter (where i.type = 'undo'), '{}') as undone
        from public.interactions as i
        cross join lateral (select array[least(i.occurred_at, i.received_at), i.received_at]) as a (at)
        where i.type in ('like', 'save', 'share', 'complete', 'dislike', 'dismiss', 'undo')
        group by i.rater_id, i.item_id
    ) as t
) as e;
comment on view private.feedback is 'Each rater''s current feedback on each item, from interactions.';

-- source: sql/private/recommend/feedback/positive_feedback.sql
-- How much each rater liked each item, from 0 to 1: rating / 5; for an item that is not rated and has positive feedback
-- (private.feedback: liked, saved, shared or watched to the end), 0.8. One row per rater and item. The item model is
-- trained on it, and the lists read it.
--   is_liked     rated 4 or better, or 3 or better and not below the rater's mean; or positive feedback
--   is_disliked  rated below 3
-- An item that was rated 3 or better and disliked or dismissed after that has no row: the later statement counts.
create or replace view private.positive_feedback with (security_invoker = true) as
select
    r.rater_id,
    r.item_id,
    r.rating::double precision / 5 as weight,
    r.updated_at as liked_at,
    r.rating >= 4 or r.rating >= 3 and r.rating * o.rating_count >= o.rating_sum as is_liked,
    r.rating < 3 as is_disliked
from public.ratings as r
inner join public.raters as o on r.rater_id = o.id
where
    not exists (
        select
        from private.feedback as v
        where v.rater_id = r.rater_id and v.item_id = r.item_id and r.rating >= 3 and v.refused_at > r.updated_at
    )
union all
select
    v.rater_id,
    v.item_id,
    0.8::double precision as weight,
    v.liked_at,
    true as is_liked,
    false as is_disliked
from private.feedback as v
where
    v.liked_at is not null
    and not exists (
        select
        from public.ratings as r
        where r.rater_id = v.rater_id and r.item_id = v.item_id
    );
comment on view private.positive_feedback is
'How much each rater liked each item, from 0 to 1, from ratings and interactions.';

-- source: sql/private/recommend/publication/trend_votes.sql
-- The ratings and events that trends are computed from. A rating weighs rating / 5; a share, like or completion 1; any
-- other event 0.3. Dislikes, dismissals, undos and the events that the rater undid are left out; events are ordered as
-- in private.feedback. The day is that of receipt by the server, whatever time the client stated.
create or replace view private.trend_votes with (security_invoker = true) as
select
    r.item_id,
    v.voter,
    r.country,
    'rating' as type,
    (r.created_at at time zone 'UTC')::date as day,
    r.rating::double precision / 5 as weight,
    r.created_at as occurred_at
from public.ratings as r
inner join private.counted_raters as v on r.rater_id = v.rater_id
union all
select
    i.item_id,
    v.voter,
    i.country,
    i.type,
    (i.received_at at time zone 'UTC')::date as day,
    case when i.type in ('share', 'like', 'complete') then 1 else 0.3 end::double precision as weight,
    i.occurred_at
from public.interactions as i
inner join private.counted_raters as v on i.rater_id = v.rater_id
where
    i.type not in ('dislike', 'dismiss', 'undo')
    and not exists (
        select
        from public.interactions as u
        where
            u.rater_id = i.rater_id
            and u.item_id = i.item_id
            and u.type = 'undo'
            and array[least(u.occurred_at, u.received_at), u.received_at]
            >= array[least(i.occurred_at, i.received_at), i.received_at]
    );
comment on view private.trend_votes is
'The ratings and events that trends are computed from, each with its voter and weight.';

-- source: sql/private/platform/quotas/limit_interactions.sql
-- Trigger. Refuses interactions beyond the account's quotas of a month: their number, and the bytes of their metadata.
-- Retention only deletes rows of past months, so counts need no decrease. Raises PT409.
-- Definer: clients may not read or write quota_uses.
create or replace function private.limit_interactions() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_added record;
begin
    for v_added in
        select p.account_id, r.month, count(*) as added, sum(octet_length(r.metadata::text)) as bytes
        from changed_rows as r
        join public.raters as t on t.id = r.rater_id
        join public.profiles as p on p.id = t.profile_id
        group by p.account_id, r.month
        order by p.account_id, r.month
    loop
        perform private.refuse_over_quota(
            private.use_quota(v_added.account_id, 'interactions', v_added.added, v_added.month),
            'interactions', 'interactions a month'
        );
        perform private.refuse_over_quota(
            private.use_quota(v_added.account_id, 'interaction_bytes', v_added.bytes, v_added.month),
            'interaction_bytes', 'bytes of metadata of interactions a month'
        );
    end loop;
    return null;
end
$$;
comment on function private.limit_interactions() is 'Trigger. Refuses interactions beyond the account''s quota.';
revoke execute on function private.limit_interactions() from public;

-- source: sql/private/recommend/counts/count_ratings.sql
-- Trigger. Adds the changed ratings to private.item_counts and to the counts of public.raters, or subtracts them: the
-- argument is 1 or -1. Ratings of raters that are not counted change the rater's own counts only. Item counts are
-- locked in the order of their ids, so that two clients that rate the same items cannot deadlock.
-- The raters are updated first: this locks them, so that is_counted cannot change between the read of it and the
-- commit.
-- Definer: clients may not write counts.
create or replace function private.count_ratings() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_sign integer := tg_argv[0];
begin
    update public.raters as r set
        rating_count = r.rating_count + c.rating_count,
        rating_sum = r.rating_sum + c.rating_sum,
        ratings_version = r.ratings_version + 1
    from (
        select rater_id, v_sign * count(*) as rating_count, v_sign * sum(rating) as rating_sum
        from changed_rows
        group by rater_id
    ) as c
    where r.id = c.rater_id;

    insert into private.item_counts as s (item_id, kind, rating_count, rating_sum, rating_square_sum)
    select
        i.id,
        i.kind,
        v_sign * count(*),
        v_sign * sum(c.rating),
        v_sign * sum(power(c.rating, 2))
    from changed_rows as c
    join public.items as i on i.id = c.item_id
    left join public.raters as r on r.id = c.rater_id
    where coalesce(r.is_counted, true)
    group by i.id, i.kind
    order by i.id
    on conflict (item_id) do update set
        rating_count = s.rating_count + excluded.rating_count,
        rating_sum = s.rating_sum + excluded.rating_sum,
        rating_square_sum = s.rating_square_sum + excluded.rating_square_sum;
    return null;
end
$$;
comment on function private.count_ratings() is 'Trigger: maintains the exact counts of items and raters.';
revoke execute on function private.count_ratings() from public;

-- source: sql/private/recommend/counts/note_changes.sql
-- Helper. Records which accounts changed which published figures; a figure is published again once enough different
-- accounts changed it (private.publication.min_accounts). The three arrays belong together, one element per rating or
-- event; figure is ratings or interactions. Each change also changes the item's trends, of the world ('001') and of the
-- country.
-- An account that took part in a publication today is not recorded again today, so that the same few accounts cannot
-- have a figure published again and again. Accounts are stored as keyed hashes. No more rows are written than one
-- publication needs. They are written in the order of their key, so that two writers cannot deadlock.
-- Triggers call it, with the rights of the owner.
create or replace function private.note_changes(item_ids uuid[], rater_ids uuid[], countries text[], figure text)
returns void
language sql set search_path = ''
as $$
    with voters as materialized (
        select
            e.rater_id,
            md5(p.secret::text || coalesce(o.account_id, e.rater_id)::text)::uuid as voter,
            p.min_accounts
        from (select distinct unnest(note_changes.rater_ids) as rater_id) as e
        cross join private.publication as p
        left join public.raters as r on r.id = e.rater_id
        left join public.profiles as o on o.id = r.profile_id
        where coalesce(r.is_counted, true)
    ), changed as (
        select distinct c.item_id, f.figure, v.voter, v.min_accounts
        from unnest(note_changes.item_ids, note_changes.rater_ids, note_changes.countries)
            as c (item_id, rater_id, country)
        join voters as v on v.rater_id = c.rater_id
        cross join lateral (values (note_changes.figure), ('001'), (c.country)) as f (figure)
        where f.figure is not null
    ), numbered as (
        select c.*, row_number() over (partition by c.item_id, c.figure order by c.voter) as number from changed as c
    )
    insert into private.pending_changes as c (item_id, figure, voter)
    select n.item_id, n.figure, n.voter
    from numbered as n
    join public.items as i on i.id = n.item_id
    where n.number <= n.min_accounts
    order by n.item_id, n.figure, n.voter
    on conflict on constraint pending_changes_pkey do update set
        is_pending = true, changed_on = excluded.changed_on
    where c.changed_on < excluded.changed_on
$$;
comment on function private.note_changes(uuid[], uuid[], text[], text) is
'Records which accounts changed which published figures.';
revoke execute on function private.note_changes(uuid[], uuid[], text[], text) from public;

-- source: sql/private/recommend/counts/note_interactions.sql
-- Trigger. Records that new events change the published figures of their items (private.note_changes).
-- Definer: clients may not write the recorded changes.
create or replace function private.note_interactions() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.note_changes(array_agg(n.item_id), array_agg(n.rater_id), array_agg(n.country), 'interactions')
    from new_rows as n;
    return null;
end
$$;
comment on function private.note_interactions() is 'Trigger: records which published figures new events change.';
revoke execute on function private.note_interactions() from public;

-- source: sql/private/recommend/counts/note_ratings.sql
-- Trigger. Records that changed ratings change the published figures of their items (private.note_changes). An update
-- that only moves a rating to another pseudonym, made by another trigger, changes no figure.
-- Definer: clients may not write the recorded changes.
create or replace function private.note_ratings() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if tg_op = 'INSERT' then
        perform private.note_changes(array_agg(n.item_id), array_agg(n.rater_id), array_agg(n.country), 'ratings')
        from new_rows as n;
    elsif tg_op = 'DELETE' then
        perform private.note_changes(array_agg(o.item_id), array_agg(o.rater_id), array_agg(o.country), 'ratings')
        from old_rows as o;
    elsif pg_trigger_depth() = 1 then
        perform private.note_changes(array_agg(c.item_id), array_agg(c.rater_id), array_agg(c.country), 'ratings')
        from (
            (
                select o.item_id, o.rater_id, o.country, o.rating from old_rows as o
                except select n.item_id, n.rater_id, n.country, n.rating from new_rows as n
            )
            union all
            (
                select n.item_id, n.rater_id, n.country, n.rating from new_rows as n
                except select o.item_id, o.rater_id, o.country, o.rating from old_rows as o
            )
        ) as c;
    end if;
    return null;
end
$$;
comment on function private.note_ratings() is 'Trigger: records which published figures changed ratings change.';
revoke execute on function private.note_ratings() from public;

-- source: sql/private/recommend/counts/recount_ratings.sql
-- Trigger. Applies updated ratings to private.item_counts and public.raters, as private.count_ratings does for
-- inserted and deleted ones. It locks each item once, in the order of ids: counting old and new ratings one after the
-- other would deadlock two users who move a rating between the same two items in opposite directions. It does not lock
-- items whose counts stay.
-- Definer: clients may not write counts.
create or replace function private.recount_ratings() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update public.raters as r set
        rating_count = r.rating_count + c.rating_count,
        rating_sum = r.rating_sum + c.rating_sum,
        ratings_version = r.ratings_version + 1
    from (
        select e.rater_id, sum(e.sign) as rating_count, sum(e.sign * e.rating) as rating_sum
        from (
            select -1 as sign, o.rater_id, o.rating from old_rows as o
            union all
            select 1, n.rater_id, n.rating from new_rows as n
        ) as e
        group by e.rater_id
    ) as c
    where r.id = c.rater_id;

    insert into private.item_counts as s (item_id, kind, rating_count, rating_sum, rating_square_sum)
    select n.id, n.kind, n.rating_count, n.rating_sum, n.rating_square_sum
    from (
        select
            i.id,
            i.kind,
            sum(c.sign) as rating_count,
            sum(c.sign * c.rating) as rating_sum,
            sum(c.sign * power(c.rating, 2)) as rating_square_sum
        from (
            select -1 as sign, o.rater_id, o.item_id, o.rating from old_rows as o
            union all
            select 1, n.rater_id, n.item_id, n.rating from new_rows as n
        ) as c
        join public.items as i on i.id = c.item_id
        left join public.raters as r on r.id = c.rater_id
        where coalesce(r.is_counted, true)
        group by i.id, i.kind
    ) as n
    where n.rating_count <> 0 or n.rating_sum <> 0 or n.rating_square_sum <> 0
    order by n.id
    on conflict (item_id) do update set
        rating_count = s.rating_count + excluded.rating_count,
        rating_sum = s.rating_sum + excluded.rating_sum,
        rating_square_sum = s.rating_square_sum + excluded.rating_square_sum;
    return null;
end
$$;
comment on function private.recount_ratings() is 'Trigger: applies updated ratings to the counts of items and raters.';
revoke execute on function private.recount_ratings() from public;

-- source: sql/private/recommend/feedback/aversion.sql
-- Helper. Returns how similar each item is to the items that a rater disliked (rated below 3, or disliked by an
-- interaction), from 0 to 1. The 50 items that were disliked last count. The result is the greater of two measures:
--   genres        the share of the disliked items that have the item's genre, for the genre with the largest share; the
--                 denominator is increased by 2, so that few dislikes weigh less
--   descriptions  the greatest cosine similarity between the embeddings
-- An item without any similarity has no row.
-- It reads ratings: only definer functions and workers may call it.
create or replace function private.aversion(rater_id uuid, item_ids uuid[])
returns table (item_id uuid, aversion double precision)
language sql stable rows 100 set search_path = ''
as $$
    with disliked as materialized (
        select d.item_id
        from (
            select l.item_id, l.liked_at as disliked_at
            from private.positive_feedback as l
            where l.rater_id = aversion.rater_id and l.is_disliked
            union all
            select f.item_id, f.refused_at
            from private.feedback as f
            where f.rater_id = aversion.rater_id and f.is_disliked
        ) as d
        group by d.item_id
        order by max(d.disliked_at) desc, d.item_id
        limit 50
    ), genres as (
        select g.genre_id, count(*) / ((select count(*) from disliked) + 2.0::double precision) as share
        from disliked as d
        join public.item_genres as g on g.item_id = d.item_id
        group by g.genre_id
    ), alike as (
        select g.item_id, n.share as aversion
        from public.item_genres as g
        join genres as n on n.genre_id = g.genre_id
        where g.item_id = any(aversion.item_ids)
        union all
        select e.item_id, 1 - (e.embedding operator(extensions.<=>) o.embedding)
        from disliked as d
        join public.item_embeddings as o on o.item_id = d.item_id
        join public.item_embeddings as e on e.item_id = any(aversion.item_ids)
    )
    select a.item_id, max(a.aversion) from alike as a where a.aversion > 0 group by a.item_id
$$;
comment on function private.aversion(uuid, uuid[]) is
'Returns how similar each item is to the items that a rater disliked, from 0 to 1.';
revoke execute on function private.aversion(uuid, uuid[]) from public;

-- source: sql/private/recommend/feedback/interaction_error.sql
-- Helper. Returns the name of the first field of an event that is missing or invalid; null for a valid event.
-- occurred_at must be an ISO 8601 timestamp with seconds and a time zone, such as 2026-11-30T13:45:00Z, within the last
-- 30 days; one minute ahead is allowed for a client whose clock is fast. Words such as "yesterday" or "infinity", which
-- Postgres would accept, are invalid.
create or replace function private.interaction_error(event jsonb) returns text
language sql stable set search_path = ''
as $$
    select case
        when jsonb_typeof(event) <> 'object' then 'object'
        when not coalesce(pg_input_is_valid(event ->> 'client_id', 'uuid'), false) then 'client_id'
        when not coalesce(pg_input_is_valid(event ->> 'item_id', 'uuid'), false) then 'item_id'
        when
            coalesce(event ->> 'type', '')
            not in ('view', 'click', 'share', 'save', 'like', 'dislike', 'complete', 'dismiss', 'undo') then 'type'
        when coalesce(jsonb_typeof(event -> 'metadata'), 'null') not in ('object', 'null')
            or length(event ->> 'metadata') > 2000
            or jsonb_path_exists(event -> 'metadata', 'strict $.**{9 to last}') then 'metadata'
        when event ->> 'occurred_at' is null then null
        when
            event ->> 'occurred_at'
            !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:?[0-9]{2})$'
            or not pg_input_is_valid(event ->> 'occurred_at', 'timestamptz') then 'occurred_at'
        when
            (event ->> 'occurred_at')::timestamptz
            not between now() - interval '30 days' and now() + interval '1 minute' then 'occurred_at'
    end
$$;
comment on function private.interaction_error(jsonb) is
'Returns the first field of an event that is missing or invalid.';
revoke execute on function private.interaction_error(jsonb) from public;

-- source: sql/private/recommend/feedback/store_interactions.sql
-- Helper. Validates an array of events and stores the new ones for the acting profile's rater. Raises 22023 for invalid
-- events, naming each with its first invalid field; 42501 for a caller without a profile. A time that is up to a minute
-- ahead is stored as now. Events of the same time, such as those of one call, count in the order of the array:
-- received_at increases with it.
-- Definer: events are inserted through this function alone, so that each gets its month's partition.
create or replace function private.store_interactions(events jsonb) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    v_rater uuid := private.current_rater_id();
    v_country text := private.current_country();
    v_now timestamptz := clock_timestamp();
    v_faults jsonb;
    v_stored integer;
begin
    if v_rater is null then
        raise exception 'sign in to record interactions' using errcode = '42501';
    end if;
    select jsonb_agg(jsonb_build_object('event', f.place - 1, 'field', f.field) order by f.place) into v_faults
    from (
        select e.place, private.interaction_error(e.event) as field
        from jsonb_array_elements(events) with ordinality as e (event, place)
    ) as f
    where f.field is not null;
    if v_faults is not null then
        raise exception 'event % has a bad %', v_faults -> 0 ->> 'event', v_faults -> 0 ->> 'field'
            using errcode = '22023', detail = ((v_faults -> 0) || jsonb_build_object('faults', v_faults))::text,
            hint = 'See the parameters of record_interactions.';
    end if;
    insert into public.interactions
        (rater_id, client_id, month, item_id, type, metadata, occurred_at, received_at, country)
    select
        v_rater,
        e.client_id,
        date_trunc('month', least(coalesce(e.occurred_at, v_now), v_now) at time zone 'UTC')::date,
        e.item_id,
        e.type,
        coalesce(e.metadata, '{}'),
        least(coalesce(e.occurred_at, v_now), v_now),
        v_now + e.place * interval '1 microsecond',
        v_country
    from rows from (
        jsonb_to_recordset(events) as (
            client_id uuid, item_id uuid, type text, metadata jsonb, occurred_at timestamptz
        )
    ) with ordinality as e (client_id, item_id, type, metadata, occurred_at, place)
    order by e.client_id
    on conflict do nothing;
    get diagnostics v_stored = row_count;
    return v_stored;
end
$$;
comment on function private.store_interactions(jsonb) is 'Validates events and stores the new ones.';
revoke execute on function private.store_interactions(jsonb) from public;
grant execute on function private.store_interactions(jsonb) to authenticated, service_role;

-- source: sql/private/recommend/lists/because_of.sql
-- Helper. Returns, for each item, the liked item that explains it best: of the 50 items that the rater liked most, the
-- one with the greatest product of the item model's weight and the rater's liking. An item without a positive product
-- has no row. If an error occurs, it is logged and counted and no row is returned.
-- It reads ratings: only definer functions and workers may call it.
create or replace function private.because_of(rater_id uuid, item_ids uuid[])
returns table (item_id uuid, because_of uuid)
language plpgsql stable rows 20 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
    return query
    with model as materialized (
        select m.id, m.targets from public.recommendation_models as m where m.id = private.active_item_model()
    ), liked as materialized (
        select l.item_id, l.weight
        from private.positive_feedback as l
        where l.rater_id = because_of.rater_id and l.is_liked
        order by l.weight desc, l.liked_at desc, l.item_id
        limit 50
    ), speaking as materialized (
        select l.item_id, l.weight, w.weights::extensions.vector as weights
        from liked as l
        join private.item_weights as w on w.model_id = (select m.id from model as m) and w.item_id = l.item_id
    ), asked as materialized (
        select t.item_id, t.place::integer as place
        from model as m
        cross join lateral unnest(m.targets) with ordinality as t (item_id, place)
        where t.item_id in (select unnest(because_of.item_ids))
    ), weighed as (
        select
            a.item_id,
            s.item_id as because_of,
            s.weight * extensions.inner_product(extensions.subvector(s.weights, a.place, 1), '[1]') as weight
        from asked as a
        cross join speaking as s
    )
    select distinct on (w.item_id) w.item_id, w.because_of
    from weighed as w
    where w.weight > 0
    order by w.item_id, w.weight desc, w.because_of;
exception when others then
    perform private.report_failure('reasons', sqlstate, sqlerrm);
end
$$;
comment on function private.because_of(uuid, uuid[]) is
'Returns the liked item that explains each recommended item best.';
revoke execute on function private.because_of(uuid, uuid[]) from public;

-- source: sql/private/recommend/lists/diversify_by_genre.sql
-- Helper. Returns the best candidates of a pool, of different genres (greedy re-ranking). Each step takes, from the
-- lowest tier left, the candidate with the highest score: its weight divided by 1 plus the number of times that its
-- genres were taken before, on average over its genres.
--   pool   candidates, each item once
--   count  the maximum number of items
create or replace function private.diversify_by_genre(pool private.candidate[], count integer)
returns table (item_id uuid, place integer, score double precision)
language plpgsql immutable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    -- Per candidate, how often its genres were taken so far; null once the candidate itself is taken.
    v_taken bigint[] := array_fill(0::bigint, array[cardinality(pool)]);
    v_chosen integer;
    v_genres bigint;
begin
    for v_place in 1..least(diversify_by_genre.count, cardinality(pool)) loop
        select c.number, c.item_id, c.genres, c.weight / (1 + c.taken::double precision / c.size)
        into v_chosen, item_id, v_genres, score
        from (
            select p.*, greatest(bit_count(p.genres::bit(64)), 1) as size
            from rows from (unnest(pool), unnest(v_taken)) with ordinality as p (
                item_id, tier, weight, genres, taken, number
            )
            where p.taken is not null
        ) as c
        order by c.tier, c.weight / (1 + c.taken::double precision / c.size) desc, c.item_id
        limit 1;
        place := v_place;
        return next;
        v_taken := array(
            select p.taken + bit_count((p.genres & v_genres)::bit(64))
            from rows from (unnest(pool), unnest(v_taken)) with ordinality as p (
                item_id, tier, weight, genres, taken, number
            )
            order by p.number
        );
        v_taken[v_chosen] := null;
    end loop;
end
$$;
comment on function private.diversify_by_genre(private.candidate[], integer) is
'Returns the best candidates of a pool, of different genres.';
revoke execute on function private.diversify_by_genre(private.candidate[], integer) from public;
grant execute on function private.diversify_by_genre(private.candidate[], integer) to anon, authenticated, service_role;

-- source: sql/private/recommend/lists/excluded_items.sql
-- Helper. Returns the items that a rater's lists leave out: rated, disliked, dismissed or watched to the end. Only
-- definer functions and workers may call it.
create or replace function private.excluded_items(rater_id uuid) returns setof uuid
language sql stable rows 50 set search_path = ''
as $$
    select r.item_id from public.ratings as r where r.rater_id = excluded_items.rater_id
    union
    select v.item_id
    from private.feedback as v
    where v.rater_id = excluded_items.rater_id and (v.is_refused or v.is_completed)
$$;
comment on function private.excluded_items(uuid) is
'Returns the items that a rater''s lists leave out: rated, refused or watched to the end.';
revoke execute on function private.excluded_items(uuid) from public;

-- source: sql/private/recommend/lists/genre_sets.sql
-- Helper. Returns the genres of items as bit sets, one bit a genre; 0 for an item without genres. The bits are
-- comparable within one call only. With more than 63 genres in a call, some share a bit.
create or replace function private.genre_sets(item_ids uuid[])
returns table (item_id uuid, genres bigint)
language sql stable rows 200 set search_path = ''
as $$
    with numbered as (
        select g.item_id, dense_rank() over (order by g.genre_id) % 63 as genre
        from public.item_genres as g
        where g.item_id = any(genre_sets.item_ids)
    )
    select i.item_id, coalesce(bit_or(1::bigint << n.genre::integer), 0)
    from unnest(genre_sets.item_ids) as i (item_id)
    left join numbered as n on n.item_id = i.item_id
    group by i.item_id
$$;
comment on function private.genre_sets(uuid[]) is 'Returns the genres of items as bit sets, one bit a genre.';
revoke execute on function private.genre_sets(uuid[]) from public;
grant execute on function private.genre_sets(uuid[]) to anon, authenticated, service_role;

-- source: sql/private/recommend/lists/hidden_items.sql
-- Policy predicate. Returns the items that the acting profile rated or interacted with and that its age limit hides
-- now, for example because the profile became a kids profile later. It returns one array per query, so that policies
-- need no function call per row. It never raises.
-- Definer: the policies of ratings and interactions call it, so it must read these tables without them.
create or replace function private.hidden_items() returns uuid[]
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_rater uuid;
begin
    if not private.has_age_limit() then
        return '{}';
    end if;
    v_rater := private.current_rater_id();
    return array(
        select i.id
        from public.items as i
        where
            i.id in (
                select r.item_id from public.ratings as r where r.rater_id = v_rater
                union
                select e.item_id from public.interactions as e where e.rater_id = v_rater
            )
            and not private.allows_age(i.minimum_age)
    );
end
$$;
comment on function private.hidden_items() is
'Returns items that the acting profile rated or used and that its age limit hides now.';
revoke execute on function private.hidden_items() from public;
grant execute on function private.hidden_items() to anon, authenticated, service_role;

-- source: sql/private/recommend/lists/merge_sources.sql
-- Helper. Merges the candidates of all sources into one list, best first. An item's score is the sum, over the sources
-- that propose it, of the source's weight times the item's score divided by the source's highest score. The sum is
-- multiplied by private.level_factor, then scaled so that the best item has 1. An item keeps the source and the reason
-- that contribute most to its score. Items that the viewer may not see are left out.
-- It reads ratings: only definer functions and workers may call it.
create or replace function private.merge_sources(
    proposals private.proposal[], weights jsonb, viewer private.viewer, kind text, count integer
)
returns setof private.proposal
language plpgsql stable rows 60 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
    return query
    with shares as (
        select
            p.*,
            coalesce((merge_sources.weights ->> p.part)::double precision, 0)
            * p.score / nullif(max(p.score) over (partition by p.part), 0) as share
        from unnest(merge_sources.proposals) as p
    ), summed as (
        select s.item_id, sum(s.share) * private.level_factor(s.item_id, (merge_sources.viewer).rater_id) as score
        from shares as s
        group by s.item_id
        having sum(s.share) > 0
    ), wanted as (
        select s.item_id, s.score
        from summed as s
        join public.items as i on i.id = s.item_id and (merge_sources.kind is null or i.kind = merge_sources.kind)
        where private.is_available(i, merge_sources.viewer)
        order by s.score desc, s.item_id
        limit merge_sources.count
    ), telling as (
        select distinct on (s.item_id) s.*
        from shares as s
        order by s.item_id, s.share desc, s.part
    )
    select w.item_id, t.part, w.score / max(w.score) over (), t.reason_code, t.because_of, t.language
    from wanted as w
    join telling as t on t.item_id = w.item_id
    order by w.score desc, w.item_id;
end
$$;
comment on function private.merge_sources(private.proposal[], jsonb, private.viewer, text, integer) is
'Merges the candidates of all sources into one list by weighted scores.';
revoke execute on function private.merge_sources(private.proposal[], jsonb, private.viewer, text, integer) from public;

-- source: sql/private/recommend/lists/recommend.sql
-- Helper. Returns a profile's list of recommendations. Each source with a weight for the rater's number of ratings
-- proposes candidates (private.source_candidates), private.merge_sources merges them, and private.rerank_by_mmr
-- re-ranks them. Sources of minimal weight are called only if the others do not fill the list. A viewer who has not
-- liked anything yet gets the list of private.newcomer. If a source fails, the list is built from the others.
-- because_of is null if the item it would name is above the viewer's age limit.
-- Raises as private.viewer. Without any profile (anon), it returns a newcomer's list.
-- Definer: scores read the ratings of other raters; none of these ratings is returned.
create or replace function private.recommend(profile_id uuid, kind text, count integer, diversity real)
returns table (
    item_id uuid, place bigint, score double precision, reason_code text, because_of uuid, language text
)
language plpgsql stable rows 20 security definer set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    v_viewer private.viewer := private.viewer(profile_id);
    v_pool integer := greatest(60, recommend.count + 20);
    v_weights jsonb := private.source_weights(v_viewer.rater_id);
    v_part text;
    v_proposals private.proposal[] := '{}';
    v_list private.proposal[] := '{}';
    v_order integer[];
begin
    foreach v_part in array case
        when exists (select from private.positive_feedback as l where l.rater_id = v_viewer.rater_id and l.is_liked)
            then array['liked_together', 'taste', 'liked', 'trending', 'popular']
        else array['newcomer', 'trending', 'popular']
    end loop
        if (v_weights ->> v_part)::double precision > 0.01 or cardinality(v_list) < recommend.count then
            v_proposals := v_proposals || private.source_candidates(
                v_part, v_viewer, recommend.kind, v_pool
            );
            v_list := array(
                select b from private.merge_sources(v_proposals, v_weights, v_viewer, recommend.kind, v_pool) as b
            );
        end if;
    end loop;
    v_order := private.rerank_by_mmr(v_list, recommend.diversity, recommend.count);

    return query
    with listed as materialized (
        select (v_list[o.at]).*, o.place from unnest(v_order) with ordinality as o (at, place)
    )
    select l.item_id, l.place, l.score, l.reason_code, s.id, l.language
    from listed as l
    left join private.because_of(
        v_viewer.rater_id, array(select t.item_id from listed as t where t.reason_code = 'liked_together')
    ) as b on b.item_id = l.item_id
    left join public.items as s on s.id = coalesce(l.because_of, b.because_of) and private.fits_age(s, v_viewer)
    order by l.place;
end
$$;
comment on function private.recommend(uuid, text, integer, real) is
'Returns a profile''s list of recommendations, if the caller may request it.';
revoke execute on function private.recommend(uuid, text, integer, real) from public;
grant execute on function private.recommend(uuid, text, integer, real) to anon, authenticated, service_role;

-- source: sql/private/recommend/lists/report_failure.sql
-- Helper. Logs that a source of lists failed, and notifies the jobs worker, which counts failures (metric
-- cinefluent_list_failures_total). It works in the read-only transaction of a list. Values quoted in the message may be
-- personal and are removed: text in double quotes after a colon, and uuids.
create or replace function private.report_failure(source text, state text, message text) returns void
language plpgsql set search_path = ''
as $$
begin
    raise log 'the source % of a list failed: % %', source, state, left(
        regexp_replace(
            regexp_replace(message, ': ".*"', ': "…"', 'g'), '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', '…', 'gi'
        ),
        300
    );
    if not pg_is_in_recovery() then
        perform pg_notify('list_failures', source);
    end if;
end
$$;
comment on function private.report_failure(text, text, text) is 'Logs and counts that a source of lists failed.';
revoke execute on function private.report_failure(text, text, text) from public;

-- source: sql/private/recommend/lists/rerank_by_mmr.sql
-- Helper. Re-ranks a list by maximal marginal relevance (MMR: Carbonell, Goldstein, SIGIR 1998), so that neighbouring
-- items differ. Each step takes the item with the highest (1 - w) * score - w * (greatest cosine similarity to the
-- items already taken), where w is diversity squared. Ties keep their order.
--   list       candidates, best first, with scores of at most 1; an item without an embedding has similarity 0 to all
--              others
--   diversity  0 to 1: 0 keeps the order, 1 ignores the scores
--   count      the number of items to return
-- An item's greatest similarity can only rise from step to step, so it is updated only while the item could still be
-- the best.
-- Returns indexes into the given list. If an error occurs, it is logged and counted and the order stays.
create or replace function private.rerank_by_mmr(
    list private.proposal[], diversity real, count integer
) returns integer[]
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
declare
    v_size integer := cardinality(list);
    v_share double precision := diversity * diversity;
    -- Each item's upper bound: its value if it is similar to none of the items taken. In descending order.
    v_alone double precision[];
    v_vectors extensions.vector[];
    v_alike double precision[] := array_fill(0::double precision, array[v_size]);
    -- The number of taken items that each item has been compared with.
    v_compared integer[] := array_fill(0, array[v_size]);
    v_left boolean[] := array_fill(true, array[v_size]);
    v_order integer[] := '{}';
    v_best integer;
    v_highest double precision;
begin
    if v_share = 0 then
        return array(select generate_series(1, least(rerank_by_mmr.count, v_size)));
    end if;
    v_alone := array(select (1 - v_share) * l.score from unnest(list) with ordinality as l order by l.ordinality);
    v_vectors := array(
        select e.embedding
        from unnest(list) with ordinality as l
        left join public.item_embeddings as e on e.item_id = l.item_id
        order by l.ordinality
    );
    for v_turn in 1..least(rerank_by_mmr.count, v_size) loop
        v_best := null;
        for v_place in 1..v_size loop
            exit when v_alone[v_place] <= v_highest and v_best is not null;
            continue when not v_left[v_place];
            while v_compared[v_place] < v_turn - 1
                and (v_best is null or v_alone[v_place] - v_share * v_alike[v_place] > v_highest)
            loop
                v_compared[v_place] := v_compared[v_place] + 1;
                v_alike[v_place] := greatest(
                    v_alike[v_place],
                    1 - (v_vectors[v_place] operator(extensions.<=>) v_vectors[v_order[v_compared[v_place]]])
                );
            end loop;
            if v_best is null or v_alone[v_place] - v_share * v_alike[v_place] > v_highest then
                v_best := v_place;
                v_highest := v_alone[v_place] - v_share * v_alike[v_place];
            end if;
        end loop;
        v_order := v_order || v_best;
        v_left[v_best] := false;
    end loop;
    return v_order;
exception when others then
    perform private.report_failure('diversity', sqlstate, sqlerrm);
    return array(select generate_series(1, least(rerank_by_mmr.count, v_size)));
end
$$;
comment on function private.rerank_by_mmr(private.proposal[], real, integer) is
'Re-ranks a list by maximal marginal relevance so that its items differ.';
revoke execute on function private.rerank_by_mmr(private.proposal[], real, integer) from public;

-- source: sql/private/recommend/lists/source_weights.sql
-- Helper. Returns the weight of each source of a rater's list, as an object, by the rater's number of ratings (no
-- rater: 0). Sources of weight 0, or without a row in recommendation_weights, get a minimal weight, so that they only
-- fill up a list, in a fixed order. If an error occurs, it is logged and counted, and the item model gets 1 and every
-- other source its minimal weight.
create or replace function private.source_weights(rater_id uuid) returns jsonb
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
declare
    v_least jsonb := '{"newcomer": 1, "taste": 0.009, "liked": 0.003, "trending": 0.0003, "popular": 0.0001}';
begin
    return (
        select v_least || coalesce(jsonb_object_agg(w.part, w.weight) filter (where w.weight > 0), '{}')
        from (
            select distinct on (w.part) w.part, w.weight
            from public.recommendation_weights as w
            where w.min_ratings <= coalesce(
                (select r.rating_count from public.raters as r where r.id = source_weights.rater_id), 0
            )
            order by w.part, w.min_ratings desc
        ) as w
    );
exception when others then
    perform private.report_failure('weights', sqlstate, sqlerrm);
    return v_least || '{"liked_together": 1}';
end
$$;
comment on function private.source_weights(uuid) is
'Returns the weight of each source of a list by the rater''s number of ratings.';
revoke execute on function private.source_weights(uuid) from public;

-- source: sql/private/recommend/models/active_item_model.sql
-- Helper. Returns the id of the active version of the item model (liked_together), which lists read; null if none is
-- active.
-- Definer: callers with an age limit may not read recommendation_models, whose targets list items of every maturity
-- rating.
create or replace function private.active_item_model() returns bigint
language sql stable security definer set search_path = ''
as $$
    select m.id from public.recommendation_models as m where m.name = 'liked_together' and m.is_active
$$;
comment on function private.active_item_model() is 'Returns the id of the active item model, which lists read.';
revoke execute on function private.active_item_model() from public;
grant execute on function private.active_item_model() to anon, authenticated, service_role;

-- source: sql/private/recommend/models/active_similarity_model.sql
-- Helper. Returns the id of the active version of the model rated_alike (similarity of items by their ratings), which
-- predictions read; null if none is active.
create or replace function private.active_similarity_model() returns bigint
language sql stable set search_path = ''
as $$
    select m.id from public.recommendation_models as m where m.name = 'rated_alike' and m.is_active
$$;
comment on function private.active_similarity_model() is
'Returns the id of the active model of similarly rated items, which predictions read.';
revoke execute on function private.active_similarity_model() from public;
grant execute on function private.active_similarity_model() to service_role;

-- source: sql/private/recommend/models/pack_item_model.sql
-- Worker. Packs the weights of a model version for reading: one sparse vector an item. The worker that wrote the
-- version's rows of item_neighbours calls it last, in the same transaction. The targets, which are the dimensions of
-- the vectors, are the 2,000 most rated items that any weight leads to; with the films of MovieLens, all items ever
-- listed were among the first 1,000.
-- Nested loops are off: right after the weights were written, the planner underestimates their number and would read
-- all of them for each target.
create or replace function private.pack_item_model(model_id bigint) returns void
language plpgsql set search_path = '' set enable_nestloop = off
as $$
#variable_conflict use_column
begin
    update public.recommendation_models as m set targets = array(
        select t.neighbour_id
        from (
            select distinct n.neighbour_id
            from public.item_neighbours as n
            where n.model_id = pack_item_model.model_id
        ) as t
        left join private.item_counts as s on s.item_id = t.neighbour_id
        order by s.rating_count desc nulls last, t.neighbour_id
        limit 2000
    )
    where m.id = pack_item_model.model_id;

    delete from private.item_weights as w where w.model_id = pack_item_model.model_id;
    insert into private.item_weights (model_id, item_id, weights)
    select
        n.model_id,
        n.item_id,
        format(
            '{%s}/%s', string_agg(t.place || ':' || n.weight, ',' order by t.place), max(cardinality(m.targets))
        )::extensions.sparsevec
    from public.recommendation_models as m
    cross join lateral unnest(m.targets) with ordinality as t (item_id, place)
    join public.item_neighbours as n on n.model_id = m.id and n.neighbour_id = t.item_id
    where m.id = pack_item_model.model_id
    group by n.model_id, n.item_id;
end
$$;
comment on function private.pack_item_model(bigint) is
'Packs the weights of a model version into the vectors that lists read.';
revoke execute on function private.pack_item_model(bigint) from public;

-- source: sql/private/recommend/models/readable_models.sql
-- Policy predicate. Returns the ids of the item model's versions, whose weights any caller may read. Those of
-- rated_alike are not included: if one rater rated both items, a weight reveals these ratings.
-- Definer: a caller with an age limit may not read recommendation_models, whose targets list items of every maturity
-- rating.
create or replace function private.readable_models() returns bigint[]
language sql stable security definer set search_path = ''
as $$
    select coalesce(array_agg(m.id), '{}') from public.recommendation_models as m where m.name = 'liked_together'
$$;
comment on function private.readable_models() is
'Returns the ids of the model versions whose weights any caller may read.';
revoke execute on function private.readable_models() from public;
grant execute on function private.readable_models() to anon, authenticated, service_role;

-- source: sql/private/recommend/predictions/global_baseline.sql
-- Helper. Returns the exact global baseline: the mean rating of the 1,000 most popular items, which have most of all
-- ratings; null if nothing is rated. It is computed at each call, so no job has to maintain it.
create or replace function private.global_baseline() returns double precision
language sql stable set search_path = ''
as $$
    select sum(s.rating_sum) / sum(s.rating_count)
    from (
        select i.rating_sum, i.rating_count
        from private.item_counts as i
        where i.rating_sum > 0
        order by i.rating_sum desc, i.item_id
        limit 1000
    ) as s
$$;
comment on function private.global_baseline() is
'Returns the global baseline: the mean rating of the most popular items.';
revoke execute on function private.global_baseline() from public;
grant execute on function private.global_baseline() to service_role;

-- source: sql/private/recommend/predictions/item_baseline.sql
-- Helper. Returns an item's baseline: its mean rating, shrunk to the global baseline by the weight of five ratings. An
-- item with fewer than five ratings has the global baseline, so that single ratings cannot be derived from it.
create or replace function private.item_baseline(
    rating_sum double precision, rating_count integer, rating_level double precision
) returns double precision
language sql immutable set search_path = ''
as $$
    select case
        when rating_count < 5 then rating_level
        else (rating_sum + 5 * rating_level) / (rating_count + 5)
    end
$$;
comment on function private.item_baseline(double precision, integer, double precision) is
'Returns an item''s baseline: its mean rating, shrunk to the global baseline.';
revoke execute on function private.item_baseline(double precision, integer, double precision) from public;
grant execute on function private.item_baseline(double precision, integer, double precision) to service_role;

-- source: sql/private/recommend/predictions/predict.sql
-- Helper. Returns a rater's predicted rating of each item, 0.5 to 5.0 in tenths: the item's baseline plus the rater's
-- bias plus the weighted residuals of the neighbours and of the rater's own ratings of similar items (Koren,
-- Factorization Meets the Neighborhood, KDD 2008). Each mean is shrunk to zero if little supports it. Baselines use the
-- published figures: exact ones would reveal single ratings. An item without a published mean has the global baseline,
-- and no row if neither neighbours nor similar items contribute. A rater without ratings gets the item's baseline.
-- Similar items are those of the active model rated_alike; without one, only neighbours contribute.
-- No prediction depends on few people: neighbours contribute only if those of five accounts rated the item, each
-- account once, with at most the fifth largest weight; and predictions are rounded to tenths.
-- It reads the ratings of other raters: only definer functions and workers may call it.
create or replace function private.predict(rater_id uuid, item_ids uuid[])
returns table (item_id uuid, predicted_rating double precision)
language sql stable rows 20 set search_path = ''
as $$
    with of_all as materialized (
        select coalesce(private.published_baseline(), 3.5) as level
    ), asked as materialized (
        select
            i.item_id,
            private.item_baseline(coalesce(s.rating_sum, 0), coalesce(s.rating_count, 0), a.level) as level,
            coalesce(s.rating_count, 0) > 0 as is_published
        from (select distinct unnest(predict.item_ids) as item_id) as i
        left join public.item_stats as s on s.item_id = i.item_id
        cross join of_all as a
    ), mine as materialized (
        select
            r.item_id,
            r.rating - private.item_baseline(coalesce(s.rating_sum, 0), coalesce(s.rating_count, 0), a.level) as above
        from public.ratings as r
        left join public.item_stats as s on s.item_id = r.item_id
        cross join of_all as a
        where r.rater_id = predict.rater_id
    ), me as materialized (
        select coalesce(sum(m.above), 0) / (count(*) + 5) as bias from mine as m
    ), votes as (
        select distinct on (o.item_id, n.voter) o.item_id, n.weight, o.rating - a.level - n.level as departure
        from private.neighbours(predict.rater_id) as n
        join public.ratings as o on o.rater_id = n.neighbour_id and o.item_id = any(predict.item_ids)
        join asked as a on a.item_id = o.item_id
        where n.weight > 0
        order by o.item_id, n.voter, n.weight desc, n.neighbour_id
    ), shares as (
        select
            v.*,
            nth_value(v.weight, 5) over (
                partition by v.item_id order by v.weight desc rows between unbounded preceding and unbounded following
            ) as fifth
        from votes as v
    ), people as (
        select
            s.item_id,
            sum(least(s.weight, s.fifth) * s.departure) / (sum(least(s.weight, s.fifth)) + 0.5) as departure
        from shares as s
        where s.fifth is not null
        group by s.item_id
    ), items as (
        select a.item_id, sum(n.weight * (m.above - me.bias)) / (sum(n.weight) + 0.3) as departure
        from asked as a
        join public.item_neighbours as n on n.model_id = (select private.active_similarity_model()) and n.item_id = a.item_id
        join mine as m on m.item_id = n.neighbour_id
        cross join me
        group by a.item_id
    )
    select
        a.item_id,
        round(10 * greatest(0.5, least(5.0, a.level + me.bias + case
            when i.departure is null then coalesce(p.departure, 0)
            else 0.8 * i.departure + 0.5 * coalesce(p.departure, 0)
        end))) / 10
    from asked as a
    cross join me
    left join people as p on p.item_id = a.item_id
    left join items as i on i.item_id = a.item_id
    where a.is_published or p.departure is not null or i.departure is not null
$$;
comment on function private.predict(uuid, uuid[]) is 'Returns a rater''s predicted rating of each item.';
revoke execute on function private.predict(uuid, uuid[]) from public;

-- source: sql/private/recommend/predictions/predict_for_user.sql
-- Helper. Returns private.predict for a user id and one item. Raises as private.rater_of_user, which checks the caller.
-- Definer: a prediction reads the ratings of other raters; none of these ratings is returned.
create or replace function private.predict_for_user(user_id uuid, item_id uuid) returns double precision
language sql stable security definer set search_path = ''
as $$
    select p.predicted_rating
    from private.predict(private.rater_of_user(predict_for_user.user_id), array[predict_for_user.item_id]) as p
$$;
comment on function private.predict_for_user(uuid, uuid) is
'Returns a user''s predicted rating of an item, if the caller may request it.';
revoke execute on function private.predict_for_user(uuid, uuid) from public;
grant execute on function private.predict_for_user(uuid, uuid) to authenticated, service_role;

-- source: sql/private/recommend/predictions/published_baseline.sql
-- Helper. Returns the published global baseline: the mean of the published ratings of the 1,000 most popular items,
-- which have most of all ratings; null if nothing is published. Results that clients see use it, since the exact one
-- (private.global_baseline) could reveal a single rating.
create or replace function private.published_baseline() returns double precision
language sql stable set search_path = ''
as $$
    select sum(s.rating_sum) / sum(s.rating_count)
    from (
        select i.rating_sum, i.rating_count
        from public.item_stats as i
        where i.rating_sum > 0
        order by i.rating_sum desc, i.item_id
        limit 1000
    ) as s
$$;
comment on function private.published_baseline() is 'Returns the global baseline from published figures.';
revoke execute on function private.published_baseline() from public;

-- source: sql/private/recommend/predictions/rating_residuals.sql
-- Helper. Returns a rater's ratings with their residuals, by exact counts.
--   level  the item's baseline
--   above  the residual: the rating minus the baseline
--   share  how much the item counts in a comparison of raters: the root of 1 - limit / n for n raters of the item; 0
--          for a rare item (private.rarity_limit)
-- Exact residuals are never returned to a client: only definer functions and workers may call it.
create or replace function private.rating_residuals(rater_id uuid)
returns table (
    item_id uuid, rating double precision, level double precision, above double precision, share double precision
)
language sql stable rows 100 set search_path = ''
as $$
    select r.item_id, r.rating, l.level, r.rating - l.level, sqrt(greatest(0, 1 - a.rare / nullif(s.rating_count, 0)))
    from public.ratings as r
    left join private.item_counts as s on s.item_id = r.item_id
    cross join (
        select private.global_baseline() as of_all, private.rarity_limit()::double precision as rare offset 0
    ) as a
    cross join lateral (
        select private.item_baseline(coalesce(s.rating_sum, 0), coalesce(s.rating_count, 0), a.of_all) as level offset 0
    ) as l
    where r.rater_id = rating_residuals.rater_id
$$;
comment on function private.rating_residuals(uuid) is
'Returns a rater''s ratings, each with the item''s baseline and the residual.';
revoke execute on function private.rating_residuals(uuid) from public;
grant execute on function private.rating_residuals(uuid) to service_role;

-- source: sql/private/recommend/publication/laplace_noise.sql
-- Helper. Returns a random number from the Laplace distribution with this scale (its standard deviation is 1.41 times
-- the scale). Added to a sum, it hides the share of one rater, if a share is at most about the scale (differential
-- privacy: Dwork and others, Calibrating Noise to Sensitivity, TCC 2006).
create or replace function private.laplace_noise(scale double precision) returns double precision
language plpgsql volatile set search_path = ''
as $$
declare
    v_chance double precision := private.random_fraction() - 0.5;
begin
    return -scale * sign(v_chance) * ln(greatest(1 - 2 * abs(v_chance), 1e-15));
end
$$;
comment on function private.laplace_noise(double precision) is
'Returns Laplace noise, which hides one rater''s share of a sum.';
revoke execute on function private.laplace_noise(double precision) from public;

-- source: sql/private/recommend/publication/publish_counts.sql
-- Worker. Publishes the figures that enough accounts changed: up to `batch` of each of rating counts, event counts and
-- trends. Returns how many it published. Each call is one transaction: call it until it returns 0. Concurrent calls run
-- one after the other. The rules are the row of private.publication.
create or replace function private.publish_counts(batch integer default 500) returns integer
language plpgsql set search_path = ''
as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('publish_counts', 0));
    delete from private.pending_changes as c
    where not c.is_pending and c.changed_on < (now() at time zone 'UTC')::date;
    return private.publish_ratings(batch) + private.publish_interactions(batch) + private.publish_trends(batch);
end
$$;
comment on function private.publish_counts(integer) is
'Publishes the figures that enough accounts changed; returns how many.';
revoke execute on function private.publish_counts(integer) from public;

-- source: sql/private/recommend/publication/publish_interactions.sql
-- Helper. Publishes the event counts of up to `batch` items that enough accounts changed since their last publication;
-- returns the number of items. An account counts once per item, type and day. An item that fewer accounts interacted
-- with gets no count. private.publish_counts calls it.
create or replace function private.publish_interactions(batch integer) returns integer
language plpgsql set search_path = ''
as $$
declare
    v_rule private.publication := (select p from private.publication as p);
    v_items uuid[];
begin
    with due as materialized (
        select c.item_id
        from private.pending_changes as c
        where c.figure = 'interactions' and c.is_pending
        group by c.item_id
        having count(*) >= v_rule.min_accounts
        limit batch
    ), taken as (
        update private.pending_changes as c set is_pending = false
        where (c.item_id, c.figure, c.voter) in (
            select p.item_id, p.figure, p.voter
            from private.pending_changes as p
            join due as d on d.item_id = p.item_id
            where p.figure = 'interactions' and p.is_pending
            for update of p skip locked
        )
    ), events as (
        select distinct i.item_id, v.voter, i.type, (i.received_at at time zone 'UTC')::date as day
        from due as d
        join public.interactions as i on i.item_id = d.item_id
        join private.counted_raters as v on v.rater_id = i.rater_id
    ), counted as (
        select e.item_id, count(*) as events
        from events as e
        group by e.item_id
        having count(distinct e.voter) >= v_rule.min_accounts
    ), written as (
        insert into public.item_stats as s (item_id, kind, interaction_count)
        select i.id, i.kind, coalesce(private.stochastic_round(c.events, v_rule.count_step), 0)
        from due as d
        join public.items as i on i.id = d.item_id
        left join counted as c on c.item_id = d.item_id
        order by i.id
        on conflict (item_id) do update set interaction_count = excluded.interaction_count
        returning s.item_id
    )
    select array_agg(w.item_id) into v_items from written as w;
    delete from public.item_stats as s
    where s.item_id = any(v_items) and s.rating_count = 0 and s.interaction_count = 0;
    return coalesce(cardinality(v_items), 0);
end
$$;
comment on function private.publish_interactions(integer) is
'Publishes the event counts of items that enough accounts changed.';
revoke execute on function private.publish_interactions(integer) from public;

-- source: sql/private/recommend/publication/publish_ratings.sql
-- Helper. Publishes the rating counts of up to `batch` items that enough accounts changed since their last publication;
-- returns the number of items. An account counts once, with the mean of its profiles' ratings. The count is rounded to
-- a multiple of a step; the sum gets noise of the size of one rating; the mean is shrunk to the global baseline and
-- rounded. An item that fewer accounts rated gets no figures. Recorded changes and counted ratings come from the same
-- snapshot: a rating that is being written is in neither. private.publish_counts calls it.
create or replace function private.publish_ratings(batch integer) returns integer
language plpgsql set search_path = ''
as $$
declare
    v_rule private.publication := (select p from private.publication as p);
    v_level double precision := coalesce(private.published_baseline(), 3.5);
    v_items uuid[];
begin
    with due as materialized (
        select c.item_id
        from private.pending_changes as c
        where c.figure = 'ratings' and c.is_pending
        group by c.item_id
        having count(*) >= v_rule.min_accounts
        limit batch
    ), taken as (
        update private.pending_changes as c set is_pending = false
        where (c.item_id, c.figure, c.voter) in (
            select p.item_id, p.figure, p.voter
            from private.pending_changes as p
            join due as d on d.item_id = p.item_id
            where p.figure = 'ratings' and p.is_pending
            for update of p skip locked
        )
    ), opinions as (
        select r.item_id, v.voter, avg(r.rating) as rating
        from due as d
        join public.ratings as r on r.item_id = d.item_id
        join private.counted_raters as v on v.rater_id = r.rater_id
        group by r.item_id, v.voter
    ), counted as (
        select o.item_id, count(*) as accounts, sum(o.rating) as total, var_pop(o.rating) as variance
        from opinions as o
        group by o.item_id
        having count(*) >= v_rule.min_accounts
    ), rounded as materialized (
        select
            c.item_id,
            private.stochastic_round(c.accounts, v_rule.count_step) as count,
            (c.total + private.laplace_noise(v_rule.rating_noise) + v_rule.prior * v_level)
            / (c.accounts + v_rule.prior) as mean,
            (c.accounts * c.variance + private.laplace_noise(power(v_rule.rating_noise, 2)) + 4 * v_rule.prior)
            / (c.accounts + 4 * v_rule.prior) as variance
        from counted as c
    ), published as (
        select
            r.item_id,
            r.count,
            case
                when v_rule.rating_noise > 0 then round(greatest(0.5, least(5, r.mean))::numeric, 1)
                else r.mean
            end as mean,
            greatest(0, least(5, r.variance)) as variance
        from rounded as r
    ), written as (
        insert into public.item_stats as s (item_id, kind, rating_count, rating_sum, rating_square_sum)
        select
            i.id, i.kind, coalesce(p.count, 0), coalesce(p.count * p.mean, 0),
            coalesce(p.count * (p.mean * p.mean + p.variance), 0)
        from due as d
        join public.items as i on i.id = d.item_id
        left join published as p on p.item_id = d.item_id
        order by i.id
        on conflict (item_id) do update set
            rating_count = excluded.rating_count, rating_sum = excluded.rating_sum,
            rating_square_sum = excluded.rating_square_sum
        returning s.item_id
    )
    select array_agg(w.item_id) into v_items from written as w;
    delete from public.item_stats as s
    where s.item_id = any(v_items) and s.rating_count = 0 and s.interaction_count = 0;
    return coalesce(cardinality(v_items), 0);
end
$$;
comment on function private.publish_ratings(integer) is
'Publishes the rating counts of items that enough accounts changed.';
revoke execute on function private.publish_ratings(integer) from public;

-- source: sql/private/recommend/publication/publish_trends.sql
-- Helper. Publishes up to `batch` trends, of an item in a country or in the world, that enough accounts changed since
-- their last publication; returns the number of trends. An account counts once per item, type and day, with its latest
-- event. A trend of fewer accounts gets no row.
-- If n accounts are needed, all events after the latest event of the n-th latest account count as of that event;
-- otherwise a single new event would stand out among old ones. Noise and rounding apply to the number of events,
-- weighted as of that moment.
-- private.publish_counts calls it.
create or replace function private.publish_trends(batch integer) returns integer
language plpgsql set search_path = ''
as $$
declare
    v_rule private.publication := (select p from private.publication as p);
    v_published integer;
begin
    with due as materialized (
        select c.item_id, c.figure as country
        from private.pending_changes as c
        where c.figure not in ('ratings', 'interactions') and c.is_pending
        group by c.item_id, c.figure
        having count(*) >= v_rule.min_accounts
        limit batch
    ), taken as (
        update private.pending_changes as c set is_pending = false
        where (c.item_id, c.figure, c.voter) in (
            select p.item_id, p.figure, p.voter
            from private.pending_changes as p
            join due as d on d.item_id = p.item_id and d.country = p.figure
            where p.is_pending
            for update of p skip locked
        )
    ), votes as materialized (
        select
            d.item_id, d.country, t.voter, max(t.weight) as weight,
            private.trend_of(1, max(t.occurred_at)) as week
        from due as d
        join private.trend_votes as t on t.item_id = d.item_id and (d.country = '001' or t.country = d.country)
        group by d.item_id, d.country, t.voter, t.type, t.day
    ), latest as (
        select l.item_id, l.country, (array_agg(l.week order by l.week desc))[v_rule.min_accounts] as week
        from (
            select v.item_id, v.country, v.voter, max(v.week) as week
            from votes as v
            group by v.item_id, v.country, v.voter
        ) as l
        group by l.item_id, l.country
    ), summed as (
        select
            l.item_id, l.country, l.week,
            sum(v.weight * power(2::double precision, greatest(least(v.week - l.week, 0), -1000))) as events
        from latest as l
        join votes as v on v.item_id = l.item_id and v.country = l.country
        where l.week is not null
        group by l.item_id, l.country, l.week
    ), rounded as materialized (
        select
            s.item_id, s.country, s.week,
            case
                when v_rule.event_noise > 0 then greatest(1, round(2 * (s.events + private.laplace_noise(v_rule.event_noise)))) / 2
                else s.events
            end as events
        from summed as s
    ), removed as (
        delete from public.item_trends as t
        using due as d
        where
            t.item_id = d.item_id and t.country = d.country
            and not exists (select from rounded as r where r.item_id = d.item_id and r.country = d.country)
    ), written as (
        insert into public.item_trends as t (item_id, country, kind, language, trend)
        select r.item_id, r.country, i.kind, i.language, r.week + ln(r.events) / ln(2::double precision)
        from rounded as r
        join public.items as i on i.id = r.item_id
        where r.events > 0
        order by r.item_id, r.country
        on conflict (item_id, country) do update set language = excluded.language, trend = excluded.trend
    )
    select count(*) into v_published from due;
    return v_published;
end
$$;
comment on function private.publish_trends(integer) is 'Publishes the trends that enough accounts changed.';
revoke execute on function private.publish_trends(integer) from public;

-- source: sql/private/recommend/publication/random_fraction.sql
-- Helper. Returns a uniformly distributed random number, at least 0 and below 1. It takes 48 bits of a random uuid,
-- which the operating system generates; the values of random() can be predicted from earlier ones.
create or replace function private.random_fraction() returns double precision
language sql volatile set search_path = ''
as $$
    select ('x' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 12))::bit(48)::bigint / 281474976710656::double precision
$$;
comment on function private.random_fraction() is
'Returns a random number, at least 0 and below 1, that cannot be predicted.';
revoke execute on function private.random_fraction() from public;

-- source: sql/private/recommend/publication/stochastic_round.sql
-- Helper. Stochastic rounding: returns the count rounded to a multiple of a step, down or up at random, so that the
-- expected value is the count, and no threshold is known at which the published count changes.
create or replace function private.stochastic_round(count bigint, step integer) returns integer
language sql volatile set search_path = ''
as $$
    select (
        count - count % step + case when private.random_fraction() * step < count % step then step else 0 end
    )::integer
$$;
comment on function private.stochastic_round(bigint, integer) is
'Rounds a count to a multiple of a step, down or up at random.';
revoke execute on function private.stochastic_round(bigint, integer) from public;

-- source: sql/private/recommend/publication/trend_of.sql
-- Helper. Returns an event's share of a trend: the base-2 logarithm of its weight, doubled for each week since 2000. So
-- events lose half their relative weight a week, without any update of stored rows (forward decay: Cormode, Shkapenyuk,
-- Srivastava, Xu, ICDE 2009).
create or replace function private.trend_of(weight double precision, at timestamptz) returns double precision
language sql immutable set search_path = ''
as $$
    select case
        when weight > 0 then ln(weight) / ln(2::double precision) + (extract(epoch from at) - 946684800) / 604800
        else '-infinity'
    end
$$;
comment on function private.trend_of(double precision, timestamptz) is
'Returns an event''s share of a trend, as a base-2 logarithm.';
revoke execute on function private.trend_of(double precision, timestamptz) from public;
grant execute on function private.trend_of(double precision, timestamptz) to anon, authenticated, service_role;

-- source: sql/private/recommend/similarity/compute_neighbours.sql
-- Helper. Compares a rater with every other counted rater over the items that both rated, without rare items
-- (private.rarity_limit). workers/common/neighbours.py computes the same for all raters.
--   similarity  Pearson's correlation of the ratings of both; null with one common rating, or if either rated all
--               common items the same
--   co_ratings  the number of common ratings
--   weight      the correlation of the residuals of both (private.rating_residuals), their means shrunk to zero by 20
--               ratings; then shrunk by private.shrink_correlation. Predictions use it
--   affinity    the sum of the common items' shares (private.rating_residuals), divided by the root of the product of
-- both
--               raters' numbers of ratings, each plus 20; higher the better both agree. 0 if the neighbour rated
--               nothing else. An item that the rater rated below 3 and the neighbour did not is not counted. Lists use
--               it
--   level       the neighbour's bias: the mean residual of the common ratings, shrunk to zero by 20 ratings
-- It reads the ratings of other raters: only definer functions and workers may call it.
create or replace function private.compute_neighbours(rater_id uuid)
returns table (
    neighbour_id uuid, similarity double precision, co_ratings integer,
    weight double precision, affinity double precision, level double precision
)
language sql stable rows 300 set search_path = '' set work_mem = '16MB'
as $$
    with compared as materialized (
        select
            o.rater_id,
            count(*)::integer as co_ratings,
            coalesce(sum(m.share) filter (where m.rating >= 3 or o.rating < 3), 0) as share,
            corr(o.rating, m.rating) as similarity,
            regr_avgx(o.rating - m.level, m.above) as my_mean,
            regr_avgy(o.rating - m.level, m.above) as their_mean,
            regr_sxx(o.rating - m.level, m.above) as mine,
            regr_syy(o.rating - m.level, m.above) as theirs,
            regr_sxy(o.rating - m.level, m.above) as both
        from private.rating_residuals(compute_neighbours.rater_id) as m
        join public.ratings as o on o.item_id = m.item_id
        where o.rater_id <> compute_neighbours.rater_id and m.share > 0
        group by o.rater_id
    ), centred as (
        select
            c.rater_id,
            c.co_ratings,
            c.share,
            c.similarity,
            c.their_mean * c.co_ratings / (c.co_ratings + 20) as level,
            c.mine + c.co_ratings * power(c.my_mean * 20 / (c.co_ratings + 20), 2) as mine,
            c.theirs + c.co_ratings * power(c.their_mean * 20 / (c.co_ratings + 20), 2) as theirs,
            c.both + c.co_ratings * c.my_mean * c.their_mean * power(20.0::double precision / (c.co_ratings + 20), 2) as both
        from compared as c
    ), weighed as (
        select
            c.*,
            case
                when c.mine > 1e-9 and c.theirs > 1e-9
                    then private.shrink_correlation(greatest(-1, least(1, c.both / sqrt(c.mine * c.theirs))), c.co_ratings)
                else 0
            end as weight
        from centred as c
    )
    select
        w.rater_id,
        w.similarity,
        w.co_ratings,
        w.weight,
        case
            when r.rating_count > w.co_ratings
                then w.share * greatest(0, 1 + 2 * w.weight)
                    / sqrt((me.rating_count + 20)::double precision * (r.rating_count + 20))
            else 0
        end,
        w.level
    from weighed as w
    join public.raters as r on r.id = w.rater_id and r.is_counted
    join public.raters as me on me.id = compute_neighbours.rater_id
$$;
comment on function private.compute_neighbours(uuid) is
'Compares a rater with every other counted rater over the items that both rated.';
revoke execute on function private.compute_neighbours(uuid) from public;
grant execute on function private.compute_neighbours(uuid) to service_role;

-- source: sql/private/recommend/similarity/enqueue_similarity.sql
-- Trigger. Queues a refresh of the stored neighbours of each rater whose ratings changed. Lists do not wait for it:
-- private.neighbours computes neighbours if the stored ones are out of date. Statements that change the ratings of more
-- than ten raters, and changes by other triggers, are left to the periodic refresh.
-- Definer: clients may not add jobs to the queue.
create or replace function private.enqueue_similarity() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_raters uuid[];
begin
    if pg_trigger_depth() > 1 then
        return null;
    end if;
    select array_agg(distinct c.rater_id) into v_raters from changed_rows as c;
    if cardinality(v_raters) <= 10 then
        perform private.enqueue(
            'recommend', 'refresh_user_similarity', jsonb_build_object('rater_id', r), 'refresh_user_similarity:' || r
        )
        from unnest(v_raters) as r;
    end if;
    return null;
exception when others then
    raise warning 'a refresh of similarities could not be put into the queue: %', sqlerrm;
    return null;
end
$$;
comment on function private.enqueue_similarity() is
'Trigger: queues a refresh of the neighbours of raters whose ratings changed.';
revoke execute on function private.enqueue_similarity() from public;

-- source: sql/private/recommend/similarity/nearest_raters.sql
-- Helper. Returns the neighbours from private.compute_neighbours that are stored: the 150 with the greatest weight, for
-- predictions, and the 50 with the greatest affinity, for lists. Only definer functions and workers may call it.
create or replace function private.nearest_raters(rater_id uuid)
returns table (
    neighbour_id uuid, similarity double precision, co_ratings integer,
    weight double precision, affinity double precision, level double precision
)
language sql stable rows 150 set search_path = ''
as $$
    with compared as materialized (
        select c.* from private.compute_neighbours(nearest_raters.rater_id) as c where c.weight > 0 or c.affinity > 0
    ), weightiest as (
        select c.* from compared as c where c.weight > 0 order by c.weight desc, c.neighbour_id limit 150
    ), closest as (
        select c.* from compared as c where c.affinity > 0 order by c.affinity desc, c.neighbour_id limit 50
    )
    select w.* from weightiest as w
    union all
    select c.* from closest as c where c.neighbour_id not in (select w.neighbour_id from weightiest as w)
$$;
comment on function private.nearest_raters(uuid) is
'Returns a rater''s nearest neighbours: 150 by weight and 50 by affinity.';
revoke execute on function private.nearest_raters(uuid) from public;
grant execute on function private.nearest_raters(uuid) to service_role;

-- source: sql/private/recommend/similarity/neighbours.sql
-- Helper. Returns a rater's nearest neighbours (private.nearest_raters): the stored ones, or, if more than one in
-- twenty of the rater's ratings changed since, computed ones. A job updates the stored ones soon after each change.
-- voter is the account that a neighbour counts for (private.counted_raters): callers count accounts, since one account
-- can have five profiles that rate as it likes. Profiles of the rater's own account are left out.
-- It reads the ratings of other raters: only definer functions and workers may call it.
create or replace function private.neighbours(rater_id uuid)
returns table (
    neighbour_id uuid, voter uuid, weight double precision, affinity double precision, level double precision
)
language plpgsql stable rows 150 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_account uuid := (
        select p.account_id
        from public.raters as r
        join public.profiles as p on p.id = r.profile_id
        where r.id = neighbours.rater_id
    );
begin
    if (
        select r.similarities_version >= 0 and (r.ratings_version - r.similarities_version) * 20 <= r.rating_count
        from public.raters as r
        where r.id = neighbours.rater_id
    ) then
        return query
        select s.neighbour_id, v.voter, s.weight, s.affinity, s.level
        from public.user_similarities as s
        join private.counted_raters as v on v.rater_id = s.neighbour_id
        where s.rater_id = neighbours.rater_id and v.voter is distinct from v_account;
    else
        return query
        select n.neighbour_id, v.voter, n.weight, n.affinity, n.level
        from private.nearest_raters(neighbours.rater_id) as n
        join private.counted_raters as v on v.rater_id = n.neighbour_id
        where v.voter is distinct from v_account;
    end if;
end
$$;
comment on function private.neighbours(uuid) is 'Returns a rater''s nearest neighbours, stored or computed.';
revoke execute on function private.neighbours(uuid) from public;

-- source: sql/private/recommend/similarity/rarity_limit.sql
-- Helper. Returns the number of raters up to which an item is rare: a thirtieth of all raters, at least 10 and at most
-- 20, and one more, so that an attacker's own rating does not lift an item above the limit. A common rating of a rare
-- item can identify a person, so neighbours and item models ignore rare items.
-- It counts at most 600 raters, since more do not change the result.
create or replace function private.rarity_limit() returns integer
language sql stable set search_path = ''
as $$
    select 1 + greatest(10, count(*)::integer / 30) from (select from public.raters limit 600) as r
$$;
comment on function private.rarity_limit() is 'Returns the number of raters up to which an item is rare.';
revoke execute on function private.rarity_limit() from public;
grant execute on function private.rarity_limit() to service_role;

-- source: sql/private/recommend/similarity/refresh_user_similarity.sql
-- Worker. Computes and stores a rater's nearest neighbours, with the version of the ratings they were computed from.
create or replace function private.refresh_user_similarity(rater_id uuid) returns void
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
    v_rater uuid := rater_id;
    v_version bigint;
    v_nearest public.user_similarities[];
begin
    perform pg_advisory_xact_lock(hashtextextended('user_similarities:' || v_rater, 0));
    select r.ratings_version into v_version from public.raters as r where r.id = v_rater;
    v_nearest := array(
        select jsonb_populate_record(null::public.user_similarities, to_jsonb(n))
        from private.nearest_raters(v_rater) as n
    );
    -- Lock all raters involved against deletion before any write, so that a concurrent deletion waits and cannot deadlock.
    perform from public.raters as r
    where
        r.id = v_rater
        or r.id in (select s.neighbour_id from public.user_similarities as s where s.rater_id = v_rater)
        or r.id in (select n.neighbour_id from unnest(v_nearest) as n)
    order by r.id
    for key share;
    -- The job that compares all raters locks those whose rows it writes, and skips this one while it is locked.
    perform from public.raters as r where r.id = v_rater for no key update;
    if not found then
        return;
    end if;

    delete from public.user_similarities as s
    where s.rater_id = v_rater and s.neighbour_id not in (select n.neighbour_id from unnest(v_nearest) as n);
    insert into public.user_similarities (rater_id, neighbour_id, similarity, co_ratings, weight, affinity, level)
    select v_rater, n.neighbour_id, n.similarity, n.co_ratings, n.weight, n.affinity, n.level
    from unnest(v_nearest) as n
    join public.raters as r on r.id = n.neighbour_id
    on conflict (rater_id, neighbour_id) do update set
        similarity = excluded.similarity, co_ratings = excluded.co_ratings, weight = excluded.weight,
        affinity = excluded.affinity, level = excluded.level, computed_at = now();
    update public.raters as r set similarities_version = v_version where r.id = v_rater;
end
$$;
comment on function private.refresh_user_similarity(uuid) is 'Computes and stores a rater''s nearest neighbours.';
revoke execute on function private.refresh_user_similarity(uuid) from public;
grant execute on function private.refresh_user_similarity(uuid) to service_role;

-- source: sql/private/recommend/similarity/shrink_correlation.sql
-- Helper. Returns a correlation shrunk to zero by its support: multiplied by n / (n + 50) for n common ratings.
create or replace function private.shrink_correlation(
    similarity double precision, co_ratings integer
) returns double precision
language sql immutable set search_path = ''
as $$
    select similarity * co_ratings / (co_ratings + 50)
$$;
comment on function private.shrink_correlation(double precision, integer) is
'Returns a correlation, shrunk to zero if few common ratings support it.';
revoke execute on function private.shrink_correlation(double precision, integer) from public;
grant execute on function private.shrink_correlation(double precision, integer) to service_role;

-- source: sql/private/recommend/sources/collaborative.sql
-- Helper. User-based collaborative filtering: returns items that a rater's 40 nearest neighbours rated, without the
-- items that private.excluded_items excludes or the viewer may not see, best first. The score is the sum, over the
-- neighbours, of affinity times rating / 5. A list ordered by predicted rating would instead begin with items that a
-- single neighbour liked.
-- No item depends on few people: neighbours of at least five accounts must have rated it 3 or better, each account
-- counts once per item, and none adds more than the fifth largest share, so that one contributes at most a fifth of a
-- score.
-- It reads the ratings of other raters: only definer functions and workers may call it.
create or replace function private.collaborative(rater_id uuid, kind text, count integer, viewer private.viewer)
returns table (item_id uuid, score double precision)
language sql stable rows 20 set search_path = ''
as $$
    with closest as materialized (
        select n.neighbour_id, n.voter, n.affinity
        from private.neighbours(collaborative.rater_id) as n
        where n.affinity > 0
        order by n.affinity desc, n.neighbour_id
        limit 40
    ), votes as (
        select distinct on (o.item_id, n.voter) o.item_id, o.rating, n.affinity * o.rating / 5 as share
        from closest as n
        join public.ratings as o on o.rater_id = n.neighbour_id
        order by o.item_id, n.voter, share desc
    ), rated as (
        select
            v.item_id,
            count(*) filter (where v.rating >= 3) as likes,
            array_agg(v.share order by v.share desc) as shares
        from votes as v
        group by v.item_id
    ), scored as (
        select r.item_id, (select sum(least(s.share, r.shares[5])) from unnest(r.shares) as s (share)) as score
        from rated as r
        where r.likes >= 5 and r.item_id not in (select private.excluded_items(collaborative.rater_id))
    )
    select s.item_id, s.score
    from scored as s
    join public.items as i on i.id = s.item_id and (collaborative.kind is null or i.kind = collaborative.kind)
    where private.is_available(i, viewer)
    order by s.score desc, s.item_id
    limit collaborative.count
$$;
comment on function private.collaborative(uuid, text, integer, private.viewer) is
'Returns items that a rater''s nearest neighbours liked.';
revoke execute on function private.collaborative(uuid, text, integer, private.viewer) from public;

-- source: sql/private/recommend/sources/collaborative_for_user.sql
-- Helper. Returns private.collaborative for a user id, each item with its predicted rating. An item with too little
-- data for a prediction gets the published global baseline, or 3.5 if nothing is published.
-- Raises as private.rater_of_user, which checks that the caller may request the user's recommendations.
-- Definer: scores and predictions read the ratings of other raters; none of these ratings is returned.
create or replace function private.collaborative_for_user(user_id uuid, count integer)
returns table (item_id uuid, predicted_rating double precision, score double precision)
language plpgsql stable rows 20 security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_rater uuid := private.rater_of_user(user_id);
begin
    return query
    with listed as materialized (
        select c.item_id, c.score
        from private.collaborative(v_rater, null, count, private.viewer_of_rater(v_rater)) as c
    )
    select l.item_id, coalesce(p.predicted_rating, private.published_baseline(), 3.5), l.score
    from listed as l
    left join private.predict(v_rater, array(select item_id from listed)) as p on p.item_id = l.item_id;
end
$$;
comment on function private.collaborative_for_user(uuid, integer) is
'Returns items that a user''s nearest neighbours liked, if the caller may request them.';
revoke execute on function private.collaborative_for_user(uuid, integer) from public;
grant execute on function private.collaborative_for_user(uuid, integer) to authenticated, service_role;

-- source: sql/private/recommend/sources/item_based.sql
-- Helper. Item-based collaborative filtering: returns the items that the active item model (EASE) recommends for a
-- rater, best first. The score is the sum, over the items the rater liked, of the model's weight times the liking
-- (rating / 5). The 1,000 best liked items count, without those rated below 2; the latest tenth of all weighs half
-- more. Ratings are read at the call, so a new rating changes the next list.
-- The packed weights are summed once for each distinct liking, by pgvector's aggregate, and multiplied once a sum: this
-- is faster than one multiplication per item. An item needs a positive score from the liked items alone as well. Items
-- that private.excluded_items excludes or that the viewer may not see are left out.
-- It reads ratings: only definer functions and workers may call it.
create or replace function private.item_based(rater_id uuid, kind text, count integer, viewer private.viewer)
returns table (item_id uuid, score double precision)
language plpgsql stable rows 20 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
    return query
    with model as materialized (
        select m.id, m.targets from public.recommendation_models as m where m.id = private.active_item_model()
    ), mine as materialized (
        select l.item_id, l.weight, l.is_liked, l.liked_at
        from private.positive_feedback as l
        where l.rater_id = item_based.rater_id
    ), liked as materialized (
        select m.item_id, case when m.liked_at > b.liked_at then 1.5 else 1 end * m.weight as weight, m.is_liked
        from mine as m
        cross join (
            select m.liked_at from mine as m
            order by m.liked_at desc
            offset (select count(*) / 10 from mine)
            limit 1
        ) as b
        where m.weight >= 0.4
        order by weight desc, m.liked_at desc, m.item_id
        limit 1000
    ), summed as (
        select l.weight, l.is_liked, extensions.sum(w.weights::extensions.vector) as weights
        from liked as l
        join private.item_weights as w on w.model_id = (select m.id from model as m) and w.item_id = l.item_id
        group by l.weight, l.is_liked
    ), weighed as (
        select
            s.is_liked,
            s.weights operator(extensions.*)
            array_fill(s.weight::real, array[extensions.vector_dims(s.weights)])::extensions.vector as weights
        from summed as s
    ), total as (
        select
            extensions.sum(w.weights) as scores,
            extensions.sum(w.weights) filter (where w.is_liked) as by_liked
        from weighed as w
    ), ranked as (
        select s.item_id, s.score
        from model as m
        cross join total as t
        cross join lateral unnest(m.targets, t.scores::real[], t.by_liked::real[]) as s (item_id, score, by_liked)
        where
            s.score > 0 and s.by_liked > 0
            and s.item_id not in (select u.item_id from private.excluded_items(item_based.rater_id) as u (item_id))
        order by s.score desc, s.item_id
        offset 0
    )
    select r.item_id, r.score::double precision
    from ranked as r
    where (
        select private.is_available(i, viewer) and (item_based.kind is null or i.kind = item_based.kind)
        from public.items as i
        where i.id = r.item_id
    )
    order by r.score desc, r.item_id
    limit item_based.count;
end
$$;
comment on function private.item_based(uuid, text, integer, private.viewer) is
'Returns items that the item model recommends for the items a rater liked.';
revoke execute on function private.item_based(uuid, text, integer, private.viewer) from public;

-- source: sql/private/recommend/sources/newcomer.sql
-- Helper. Returns a list for a viewer who has not liked anything yet: popular items of different genres, without items
-- similar to those that the viewer disliked.
--   viewer  items this viewer may not see, or that private.excluded_items excludes, are left out
--   kind    null: all kinds
--   count   the maximum number of items
-- An item's weight is the sum of 1 / log2(1 + rank) over up to three rankings: popular items, items that trend in the
-- viewer's languages, and, if at least count items trend there, items that trend in the viewer's country. Items in
-- another language come after items in one of the viewer's languages or without a known language. The weight is
-- multiplied by 1 - 1.5 * private.aversion; items with an aversion of 2/3 or more are left out.
-- private.diversify_by_genre orders the rest.
-- Reason codes: popular_in_country, popular_in_language (language contains it), popular.
-- It reads the ratings of the viewer: only definer functions and workers may call it.
create or replace function private.newcomer(viewer private.viewer, kind text, count integer)
returns table (item_id uuid, place integer, score double precision, reason_code text, language text)
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_unwanted uuid[] := array(select private.excluded_items(viewer.rater_id));
    v_count integer := newcomer.count * 3 + 50 + cardinality(v_unwanted);
begin
    return query
    with spoken as materialized (
        select t.item_id, row_number() over (order by t.score desc, t.item_id) as place
        from private.trending(newcomer.kind, viewer.languages, null, v_count, viewer) as t
    ), local as materialized (
        select t.item_id, row_number() over (order by t.score desc, t.item_id) as place
        from private.trending(newcomer.kind, null, viewer.country, v_count, viewer) as t
        where viewer.country is not null
    ), enough as (
        select l.* from local as l where (select count(*) from local) >= newcomer.count
    ), placed as (
        select p.item_id, p.place, 1 as source from private.popular(newcomer.kind, v_count, viewer) as p
        union all
        select s.item_id, s.place, 2 from spoken as s
        union all
        select e.item_id, e.place, 3 from enough as e
    ), weighed as materialized (
        select
            p.item_id,
            i.language,
            sum(ln(2::double precision) / ln(1 + p.place::double precision))
            * private.level_factor(p.item_id, viewer.rater_id) as weight,
            coalesce(i.language <> all(viewer.languages), false) as is_foreign,
            max(p.source) as source
        from placed as p
        join public.items as i on i.id = p.item_id
        where p.item_id <> all(v_unwanted)
        group by p.item_id, i.id
    ), wanted as materialized (
        select w.item_id, w.language, w.source, w.is_foreign, w.weight * (1 - 1.5 * coalesce(a.aversion, 0)) as weight
        from weighed as w
        left join private.aversion(viewer.rater_id, array(select w.item_id from weighed as w)) as a
            on a.item_id = w.item_id
        where coalesce(a.aversion, 0) < 2 / 3.0
    ), pool as (
        select array_agg((w.item_id, w.is_foreign::integer, w.weight, g.genres)::private.candidate) as candidates
        from wanted as w
        join private.genre_sets(array(select w.item_id from wanted as w)) as g on g.item_id = w.item_id
    )
    select
        s.item_id,
        s.place,
        s.score,
        case
            when w.source = 3 then 'popular_in_country'
            when w.source = 2 and w.language = any(viewer.languages) then 'popular_in_language'
            else 'popular'
        end,
        w.language
    from pool as p
    cross join lateral private.diversify_by_genre(coalesce(p.candidates, '{}'), newcomer.count) as s
    join wanted as w on w.item_id = s.item_id
    order by s.place;
end
$$;
comment on function private.newcomer(private.viewer, text, integer) is
'Returns a list of popular items for a viewer who has not liked anything yet.';
revoke execute on function private.newcomer(private.viewer, text, integer) from public;

-- source: sql/private/recommend/sources/onboarding.sql
-- Helper. Returns items for the acting profile to rate, of different genres: of the 200 most popular items, those with
-- the highest root of the number of ratings times the standard deviation of the ratings, since these ratings say most
-- about taste (after Rashid and others, Getting to Know You, IUI 2002). Items without a published deviation follow, by
-- popularity. Items that the profile rated, disliked or dismissed, or may not see, are left out.
-- Definer: it reads the caller's ratings, and anon may not read ratings.
create or replace function private.onboarding(kind text, count integer)
returns table (item_id uuid, place integer, score double precision)
language plpgsql stable rows 10 security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_viewer private.viewer := private.current_viewer();
    v_known uuid[] := array(
        select r.item_id from public.ratings as r where r.rater_id = v_viewer.rater_id
        union
        select v.item_id
        from private.feedback as v
        where v.rater_id = v_viewer.rater_id and v.is_refused
    );
begin
    return query
    with weighed as materialized (
        select
            p.item_id,
            p.place,
            sqrt(s.rating_count)
            * sqrt(greatest(s.rating_square_sum / s.rating_count - power(s.rating_sum / s.rating_count, 2), 0)) as weight
        from private.popular(onboarding.kind, 200 + cardinality(v_known), v_viewer) as p
        left join public.item_stats as s on s.item_id = p.item_id and s.rating_count > 0
        where p.item_id <> all(v_known)
    ), pool as (
        select array_agg(
            (
                w.item_id,
                case when w.weight > 0 then 0 else 1 end,
                case when w.weight > 0 then w.weight else 1 / ln(1 + w.place::double precision) end,
                g.genres
            )::private.candidate
        ) as candidates
        from weighed as w
        join private.genre_sets(array(select w.item_id from weighed as w)) as g on g.item_id = w.item_id
    )
    select s.item_id, s.place, s.score
    from pool as p
    cross join lateral private.diversify_by_genre(coalesce(p.candidates, '{}'), onboarding.count) as s;
end
$$;
comment on function private.onboarding(text, integer) is 'Returns items that the acting profile should rate first.';
revoke execute on function private.onboarding(text, integer) from public;
grant execute on function private.onboarding(text, integer) to anon, authenticated, service_role;

-- source: sql/private/recommend/sources/popular.sql
-- Helper. Returns the most popular items: by the published sum of their ratings, then, for items without published
-- ratings, by the popularity that their data source states.
--   kind    null: all kinds
--   viewer  only items that this viewer may see; null: all items
create or replace function private.popular(kind text, count integer, viewer private.viewer default null)
returns table (item_id uuid, place bigint)
language plpgsql stable rows 20 set search_path = '' set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
    return query
    with rated as (
        select s.item_id, s.rating_sum
        from public.item_stats as s
        where
            s.rating_sum > 0
            and (popular.kind is null or s.kind = popular.kind)
            and (select private.is_available(i, viewer) from public.items as i where i.id = s.item_id)
        order by s.rating_sum desc, s.item_id
        limit popular.count
    ), told as (
        select c.id, c.popularity
        from public.catalog_items as c
        where
            (select count(*) from rated) < popular.count
            and (popular.kind is null or c.kind = popular.kind)
            and not exists (select from public.item_stats as s where s.item_id = c.id and s.rating_sum > 0)
            and (select private.is_available(i, viewer) from public.items as i where i.id = c.id)
        order by c.popularity desc, c.id
        limit popular.count
    ), listed as (
        select r.item_id, 0 as tier, r.rating_sum as score from rated as r
        union all
        select t.id, 1, t.popularity from told as t
    )
    select l.item_id, row_number() over (order by l.tier, l.score desc, l.item_id) as place
    from listed as l
    order by place
    limit popular.count;
end
$$;
comment on function private.popular(text, integer, private.viewer) is
'Returns the most popular items, with their ranks.';
revoke execute on function private.popular(text, integer, private.viewer) from public;
grant execute on function private.popular(text, integer, private.viewer) to anon, authenticated, service_role;

-- source: sql/private/recommend/sources/similar_to_liked.sql
-- Helper. Content-based filtering: returns items whose description is similar to the three items that a rater liked
-- most (the latest first among equals), best first. The score is the sum of cosine similarity times rating / 5;
-- because_of is the liked item with the largest share. Without a kind, each liked item leads to items of its own kind.
-- Through this source, items without ratings can enter a list (cold start).
-- It reads ratings: only definer functions and workers may call it.
create or replace function private.similar_to_liked(rater_id uuid, kind text, count integer, viewer private.viewer)
returns table (item_id uuid, score double precision, because_of uuid)
language sql stable rows 20 set search_path = ''
as $$
    with liked as materialized (
        select l.item_id, l.weight, e.embedding, coalesce(similar_to_liked.kind, e.kind) as kind
        from private.positive_feedback as l
        join public.item_embeddings as e on e.item_id = l.item_id
        where l.rater_id = similar_to_liked.rater_id and l.is_liked
        order by l.weight desc, l.liked_at desc, l.item_id
        limit 3
    ), unwanted as materialized (
        select u.item_id from private.excluded_items(similar_to_liked.rater_id) as u (item_id)
    ), alike as (
        select n.item_id, n.similarity * l.weight as score, l.item_id as because_of
        from liked as l
        cross join lateral private.nearest(
            l.embedding, l.kind, similar_to_liked.count + (select count(*) from unwanted)::integer, viewer
        ) as n
        where n.item_id not in (select u.item_id from unwanted as u)
    )
    select a.item_id, sum(a.score), (array_agg(a.because_of order by a.score desc, a.because_of))[1]
    from alike as a
    group by a.item_id
    order by sum(a.score) desc, a.item_id
    limit similar_to_liked.count
$$;
comment on function private.similar_to_liked(uuid, text, integer, private.viewer) is
'Returns items whose description is similar to items the rater liked.';
revoke execute on function private.similar_to_liked(uuid, text, integer, private.viewer) from public;

-- source: sql/private/recommend/sources/source_candidates.sql
-- Helper. Returns the candidates that one source proposes for a viewer's list, best first, without the items that
-- private.excluded_items excludes or the viewer may not see.
--   part  the source: liked_together (item model), taste (neighbours), liked (similar descriptions), trending, popular
--         or newcomer
-- If the source raises an error, the error is logged and counted and no candidates are returned, so that the list is
-- built from the other sources.
-- It reads the ratings of other raters: only definer functions and workers may call it.
create or replace function private.source_candidates(part text, viewer private.viewer, kind text, count integer)
returns private.proposal[]
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
declare
    v_rater uuid := viewer.rater_id;
    v_unwanted uuid[];
begin
    if source_candidates.part in ('trending', 'popular') then
        v_unwanted := array(select private.excluded_items(v_rater));
    end if;
    case source_candidates.part
        when 'liked_together' then
            return array(
                select row(l.item_id, source_candidates.part, l.score, source_candidates.part, null::uuid, null::text)::private.proposal
                from private.item_based(v_rater, source_candidates.kind, source_candidates.count, viewer) as l
            );
        when 'taste' then
            return array(
                select row(l.item_id, source_candidates.part, l.score, source_candidates.part, null::uuid, null::text)::private.proposal
                from private.collaborative(v_rater, source_candidates.kind, source_candidates.count, viewer) as l
            );
        when 'liked' then
            return array(
                select row(l.item_id, source_candidates.part, l.score, source_candidates.part, l.because_of, null::text)::private.proposal
                from private.similar_to_liked(v_rater, source_candidates.kind, source_candidates.count, viewer) as l
            );
        when 'trending' then
            return array(
                select row(l.item_id, source_candidates.part, l.score, 'popular_in_language', null::uuid, l.language)::private.proposal
                from private.trending(
                    source_candidates.kind, viewer.languages, viewer.country, source_candidates.count + cardinality(v_unwanted), viewer
                ) as l
                where l.item_id not in (select unnest(v_unwanted))
            );
        when 'popular' then
            return array(
                select row(l.item_id, source_candidates.part, 1 / sqrt(l.place), source_candidates.part, null::uuid, null::text)::private.proposal
                from private.popular(source_candidates.kind, source_candidates.count + cardinality(v_unwanted), viewer) as l
                where l.item_id not in (select unnest(v_unwanted))
            );
        when 'newcomer' then
            return array(
                select row(
                    l.item_id, source_candidates.part, 1.0 / l.place, l.reason_code, null::uuid, l.language
                )::private.proposal
                from private.newcomer(viewer, source_candidates.kind, source_candidates.count) as l
            );
    end case;
exception when others then
    perform private.report_failure(source_candidates.part, sqlstate, sqlerrm);
    return '{}';
end
$$;
comment on function private.source_candidates(text, private.viewer, text, integer) is
'Returns the candidates that one source proposes for a list.';
revoke execute on function private.source_candidates(text, private.viewer, text, integer) from public;

-- source: sql/private/recommend/sources/trending.sql
-- Helper. Returns the items with the highest published trends; the score is the number of events, weighted as of now.
--   kind       null: all kinds
--   languages  languages of the items; null: all languages
--   country    two capital letters, where the events occurred; null: the world
--   count      the maximum number of items
--   viewer     only items that this viewer may see; null: all items
-- Each kind and language is read from an index in descending order, until count visible items are found.
create or replace function private.trending(
    kind text, languages text[], country text, count integer, viewer private.viewer default null
)
returns table (item_id uuid, score double precision, language text)
language plpgsql stable rows 20 set search_path = '' set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_country text := coalesce(trending.country, '001');
    v_kinds text[] := case
        when trending.kind is null then array['movie', 'tv_show', 'sports', 'book'] else array[trending.kind]
    end;
    v_now double precision := private.trend_of(1, now());
begin
    return query
    with listed as (
        select t.*
        from unnest(v_kinds) as k (kind)
        cross join lateral (
            select t.item_id, t.trend, t.language
            from public.item_trends as t
            where
                trending.languages is null
                and t.country = v_country and t.kind = k.kind
                and (select private.is_available(i, viewer) from public.items as i where i.id = t.item_id)
            order by t.trend desc, t.item_id
            limit trending.count
        ) as t
        union all
        select t.*
        from unnest(v_kinds) as k (kind)
        cross join (select distinct l.language from unnest(trending.languages) as l (language)) as l
        cross join lateral (
            select t.item_id, t.trend, t.language
            from public.item_trends as t
            where
                t.country = v_country and t.kind = k.kind and t.language = l.language
                and (select private.is_available(i, viewer) from public.items as i where i.id = t.item_id)
            order by t.trend desc, t.item_id
            limit trending.count
        ) as t
    )
    select l.item_id, power(2::double precision, greatest(l.trend - v_now, -1000)), l.language
    from listed as l
    order by l.trend desc, l.item_id
    limit trending.count;
end
$$;
comment on function private.trending(text, text[], text, integer, private.viewer) is
'Returns the items with the highest trends, by country and language.';
revoke execute on function private.trending(text, text[], text, integer, private.viewer) from public;
grant execute on function private.trending(text, text[], text, integer, private.viewer)
to anon, authenticated, service_role;

-- source: sql/private/recommend/lists/level_factor.sql
-- Helper. Returns the factor by which lists multiply an item's score, by how well the item's language suits the rater's
-- level in it. It is always 1 so far: learners' levels do not exist yet.
create or replace function private.level_factor(item_id uuid, rater_id uuid) returns real
language sql stable
return 1::real;
comment on function private.level_factor(uuid, uuid) is
'Returns a factor for how well an item suits a rater''s language level; always 1 so far.';
revoke execute on function private.level_factor(uuid, uuid) from public;
grant execute on function private.level_factor(uuid, uuid) to anon, authenticated, service_role;

-- source: sql/triggers/interactions.sql
-- Interactions: rows that clients write are counted against limits and the account's quota; changes are noted for
-- published figures.
create or replace trigger hold_rows
before insert on public.interactions
for each statement execute function private.hold_rows();

create or replace trigger admit_inserted
after insert on public.interactions referencing new table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger note_inserted
after insert on public.interactions referencing new table as new_rows
for each statement execute function private.note_interactions();

create or replace trigger limit_interactions
after insert on public.interactions referencing new table as changed_rows
for each statement execute function private.limit_interactions();

-- source: sql/triggers/ratings.sql
-- Ratings: rows that clients write are counted against limits and must name items that the caller may see; counts,
-- published figures and neighbours follow every change.
create or replace trigger hold_rows
before insert or update or delete on public.ratings
for each statement execute function private.hold_rows();

create or replace trigger admit_inserted
after insert on public.ratings referencing new table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger admit_updated
after update on public.ratings referencing new table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger admit_deleted
after delete on public.ratings referencing old table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger check_item
before insert or update of item_id on public.ratings
for each row execute function private.check_rated_item();

-- updated_at is kept when ratings move to another pseudonym, and when the service sets it; clients may not.
create or replace trigger touch
before update on public.ratings
for each row when (old.rater_id = new.rater_id and old.updated_at = new.updated_at) execute function private.touch();

create or replace trigger count_inserted
after insert on public.ratings referencing new table as changed_rows
for each statement execute function private.count_ratings('1');

drop trigger if exists count_updated_from on public.ratings;

drop trigger if exists count_updated_to on public.ratings;

create or replace trigger count_updated
after update on public.ratings referencing old table as old_rows new table as new_rows
for each statement execute function private.recount_ratings();

create or replace trigger count_deleted
after delete on public.ratings referencing old table as changed_rows
for each statement execute function private.count_ratings('-1');

create or replace trigger note_inserted
after insert on public.ratings referencing new table as new_rows
for each statement execute function private.note_ratings();

create or replace trigger note_updated
after update on public.ratings referencing old table as old_rows new table as new_rows
for each statement execute function private.note_ratings();

create or replace trigger note_deleted
after delete on public.ratings referencing old table as old_rows
for each statement execute function private.note_ratings();

create or replace trigger enqueue_inserted
after insert on public.ratings referencing new table as changed_rows
for each statement execute function private.enqueue_similarity();

create or replace trigger enqueue_updated
after update on public.ratings referencing new table as changed_rows
for each statement execute function private.enqueue_similarity();

create or replace trigger enqueue_deleted
after delete on public.ratings referencing old table as changed_rows
for each statement execute function private.enqueue_similarity();

create or replace trigger refuse_rating
before insert or update on public.ratings
for each row when (not (new.rating between 0.5 and 5.0 and new.rating * 2 = floor(new.rating * 2)))
execute function private.refuse_value(
    'ratings_half_steps', 'rating', 'rating must be 0.5 to 5.0 in half steps'
);

-- source: sql/access/interactions.sql
-- The acting profile reads its own interactions; record_interactions writes them.
alter table public.interactions enable row level security;
revoke all on public.interactions from anon, authenticated;
grant select on public.interactions to authenticated;
grant all on public.interactions to service_role;

drop policy if exists interactions_select_own on public.interactions;
create policy interactions_select_own on public.interactions
for select to authenticated
using (rater_id = (select private.current_rater_id()));
comment on policy interactions_select_own on public.interactions is 'The acting profile reads its own interactions.';

drop policy if exists interactions_all_existing on public.interactions;
create policy interactions_all_existing on public.interactions
as restrictive for all to authenticated
using (item_id <> all((select private.hidden_items())::uuid[]));
comment on policy interactions_all_existing on public.interactions is
'No access to rows of items that the acting profile''s age limit hides.';

-- source: sql/access/item_counts.sql
-- Exact counts would reveal single ratings: only the service and definer functions that return none of them read these.
alter table private.item_counts enable row level security;
revoke all on private.item_counts from anon, authenticated;
grant all on private.item_counts to service_role;

-- source: sql/access/item_neighbours.sql
-- Everyone reads the weights of the models in private.readable_models, of any version, between items that exist for the
-- acting profile. Weights of rated_alike are excluded: if only one rater rated both items, a weight reveals a rating.
alter table public.item_neighbours enable row level security;
revoke all on public.item_neighbours from anon, authenticated;
grant select on public.item_neighbours to anon, authenticated;
grant all on public.item_neighbours to service_role;

drop policy if exists item_neighbours_select_everybody on public.item_neighbours;
create policy item_neighbours_select_everybody on public.item_neighbours
for select to anon, authenticated
using (
    model_id = any((select private.readable_models())::bigint[])
    and (
        not (select private.has_age_limit())
        or private.item_exists(item_id) and private.item_exists(neighbour_id)
    )
);
comment on policy item_neighbours_select_everybody on public.item_neighbours is
'Everyone reads weights of readable models between items that exist for the acting profile.';

-- source: sql/access/item_stats.sql
-- Everyone reads the statistics of items that exist for the acting profile: private.publish_counts makes sure that they
-- reveal no single rating.
alter table public.item_stats enable row level security;
revoke all on public.item_stats from anon, authenticated;
grant select on public.item_stats to anon, authenticated;
grant all on public.item_stats to service_role;

drop policy if exists item_stats_select_everybody on public.item_stats;
create policy item_stats_select_everybody on public.item_stats
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(item_id));
comment on policy item_stats_select_everybody on public.item_stats is
'Everyone reads the statistics of items that exist for the acting profile.';

-- source: sql/access/item_trends.sql
-- Everyone reads the trends of items that exist for the acting profile: private.publish_counts makes sure that they
-- reveal no single event.
alter table public.item_trends enable row level security;
revoke all on public.item_trends from anon, authenticated;
grant select on public.item_trends to anon, authenticated;
grant all on public.item_trends to service_role;

drop policy if exists item_trends_select_everybody on public.item_trends;
create policy item_trends_select_everybody on public.item_trends
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(item_id));
comment on policy item_trends_select_everybody on public.item_trends is
'Everyone reads the trends of items that exist for the acting profile.';

-- source: sql/access/pending_changes.sql
-- Only triggers and the publishing job use pending changes.
alter table private.pending_changes enable row level security;
revoke all on private.pending_changes from anon, authenticated;

-- source: sql/access/publication.sql
-- Only operators of the database read and change the rules of publication.
alter table private.publication enable row level security;
revoke all on private.publication from anon, authenticated;

-- source: sql/access/ratings.sql
-- Only the acting profile reads, adds, updates and deletes its ratings.
alter table public.ratings enable row level security;
revoke all on public.ratings from anon, authenticated;
grant select, delete on public.ratings to authenticated;
grant insert (rater_id, item_id, rating), update (rater_id, item_id, rating) on public.ratings to authenticated;
grant all on public.ratings to service_role;

drop policy if exists ratings_select_own on public.ratings;
create policy ratings_select_own on public.ratings
for select to authenticated
using (rater_id = (select private.current_rater_id()));
comment on policy ratings_select_own on public.ratings is 'The acting profile reads its own ratings.';

drop policy if exists ratings_insert_own on public.ratings;
create policy ratings_insert_own on public.ratings
for insert to authenticated
with check (rater_id = (select private.current_rater_id()));
comment on policy ratings_insert_own on public.ratings is 'The acting profile adds its own ratings.';

drop policy if exists ratings_update_own on public.ratings;
create policy ratings_update_own on public.ratings
for update to authenticated
using (rater_id = (select private.current_rater_id()))
with check (rater_id = (select private.current_rater_id()));
comment on policy ratings_update_own on public.ratings is 'The acting profile updates its own ratings.';

drop policy if exists ratings_delete_own on public.ratings;
create policy ratings_delete_own on public.ratings
for delete to authenticated
using (rater_id = (select private.current_rater_id()));
comment on policy ratings_delete_own on public.ratings is 'The acting profile deletes its own ratings.';

drop policy if exists ratings_all_existing on public.ratings;
create policy ratings_all_existing on public.ratings
as restrictive for all to authenticated
using (item_id <> all((select private.hidden_items())::uuid[]));
comment on policy ratings_all_existing on public.ratings is
'No access to rows of items that the acting profile''s age limit hides.';

-- source: sql/access/recommendation_models.sql
-- Everyone without an age limit reads models: they contain no personal data, but list items of any rating.
alter table public.recommendation_models enable row level security;
revoke all on public.recommendation_models from anon, authenticated;
grant select on public.recommendation_models to anon, authenticated;
grant all on public.recommendation_models to service_role;

drop policy if exists recommendation_models_select_everybody on public.recommendation_models;
create policy recommendation_models_select_everybody on public.recommendation_models
for select to anon, authenticated
using (not (select private.has_age_limit()));
comment on policy recommendation_models_select_everybody on public.recommendation_models is
'Everyone without an age limit reads models.';

-- source: sql/access/recommendation_weights.sql
-- Only the service reads and writes the weights; lists read them through a definer function.
alter table public.recommendation_weights enable row level security;
revoke all on public.recommendation_weights from anon, authenticated;
grant all on public.recommendation_weights to service_role;

drop policy if exists recommendation_weights_all_service on public.recommendation_weights;
create policy recommendation_weights_all_service on public.recommendation_weights
for all to service_role
using (true)
with check (true);
comment on policy recommendation_weights_all_service on public.recommendation_weights is
'The service reads and writes weights.';

-- source: sql/access/user_similarities.sql
-- Only the service reads and writes similarities.
alter table public.user_similarities enable row level security;
revoke all on public.user_similarities from anon, authenticated;
grant all on public.user_similarities to service_role;

drop policy if exists user_similarities_all_service on public.user_similarities;
create policy user_similarities_all_service on public.user_similarities
for all to service_role
using (true)
with check (true);
comment on policy user_similarities_all_service on public.user_similarities is
'The service reads and writes similarities.';

-- source: sql/rpc/recommend/get_collaborative_recommendations.sql
-- Lists unrated items that users with similar ratings liked.
-- It uses the 40 nearest neighbours: users who rated many of the same items and agree on them. An item's score is the
-- sum, over these neighbours, of affinity times rating / 5. At least five of them must have rated the item 3 or better,
-- and ratings of items that few people rated do not count.
--   user_id  your own user id; the service may send any user's id, or a rater's
--   count    maximum number of items, 1 to 200, default 20
-- Returns id, kind, title, overview, year, language, image, predicted_rating (as predict_rating returns it), score;
-- highest score first.
-- Raises 22023 for a parameter that is missing or out of range, 42501 for another user's id, PT404 for an unknown user.
-- Roles: authenticated, service_role.
-- Example: rpc/get_collaborative_recommendations {"user_id": "5d3c…", "count": 10}
-- Example response: [{"id": "776d…", "kind": "movie", "title": "Children of Men", "overview": "In 2027 no baby has
-- been born for eighteen …", "year": 2006, "language": "en", "image": null, "predicted_rating": 4.9, "score": 1.81},
-- …]
create or replace function public.get_collaborative_recommendations(
    user_id uuid default null, count integer default 20
)
returns setof public.predicted_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_collaborative_recommendations.count, 20);
begin
    perform private.check_range('count', v_count, 1, 200);
    -- Check the caller before the query: a plan that reads no list would not evaluate the check.
    perform private.rater_of_user(get_collaborative_recommendations.user_id);
    return query
    select c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, l.predicted_rating, l.score
    from private.collaborative_for_user(get_collaborative_recommendations.user_id, v_count) as l
    join public.catalog_items as c on c.id = l.item_id
    order by l.score desc, c.id;
end
$$;
comment on function public.get_collaborative_recommendations(uuid, integer) is
'Lists unrated items that users with similar ratings liked.';
revoke execute on function public.get_collaborative_recommendations(uuid, integer) from public;
grant execute on function public.get_collaborative_recommendations(uuid, integer) to authenticated, service_role;

-- source: sql/rpc/recommend/get_onboarding_items.sql
-- Lists items that a new user should rate first: many people rated them and their ratings differ, so that an answer
-- says most about taste.
-- The items are of different genres. Items that the acting profile rated, disliked or dismissed, or may not see, are
-- left out.
--   count  maximum number of items, 1 to 50, default 10
--   kind   movie, tv_show, sports or book, default movie
-- Returns id, kind, title, overview, year, language, image, rating_count, average_rating; the most informative first.
-- Items without published ratings follow, by the popularity that their data source states.
-- Raises 22023 for a parameter out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_onboarding_items {"count": 10, "kind": "movie"}
-- Example response: [{"id": "0780…", "kind": "movie", "title": "Bridget Jones's Diary", "overview": "A single London
-- publishing assistant in her …", "year": 2001, "language": "en", "image": null, "rating_count": 80, "average_rating":
-- 3.4}, …]
create or replace function public.get_onboarding_items(count integer default 10, kind text default 'movie')
returns setof public.popular_item
language plpgsql stable rows 10 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_onboarding_items.count, 10);
begin
    perform private.check_range('count', v_count, 1, 50);
    perform private.check_kind(get_onboarding_items.kind);
    return query
    select
        c.id, c.kind, c.title, c.overview, c.year, c.language, c.image,
        coalesce(s.rating_count, 0), s.rating_sum / nullif(s.rating_count, 0)
    from private.onboarding(coalesce(get_onboarding_items.kind, 'movie'), v_count) as o
    join public.catalog_items as c on c.id = o.item_id
    left join public.item_stats as s on s.item_id = o.item_id
    order by o.place;
end
$$;
comment on function public.get_onboarding_items(integer, text) is 'Lists items that a new user should rate first.';
revoke execute on function public.get_onboarding_items(integer, text) from public;
grant execute on function public.get_onboarding_items(integer, text) to anon, authenticated, service_role;

-- source: sql/rpc/recommend/get_popular_items.sql
-- Lists the most popular items: those with the highest sum of ratings, then items with few ratings, by the popularity
-- that their data source states.
-- Counts and means are published figures: of five accounts or more, rounded, and changed in batches.
--   count  maximum number of items, 1 to 200, default 20
--   kind   movie, tv_show, sports or book; if omitted, all kinds
--   limit  an alias of count
-- Returns id, kind, title, overview, year, language, image, rating_count, average_rating; most popular first.
-- Raises 22023 for a parameter out of range, and if count and limit differ; named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_popular_items {"count": 10, "kind": "movie"}
-- Example response: [{"id": "84ef…", "kind": "movie", "title": "Brazil", "overview": "In a retro-futuristic
-- bureaucracy choked by …", "year": 1985, "language": "en", "image": null, "rating_count": 85, "average_rating": 3.9},
-- …]
create or replace function public.get_popular_items(
    count integer default null, kind text default null, "limit" integer default null
)
returns setof public.popular_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_popular_items.count, get_popular_items."limit", 20);
    v_viewer private.viewer := private.current_viewer();
begin
    if get_popular_items."limit" <> v_count then
        raise exception 'limit is another name of count: give one of the two'
            using errcode = '22023', detail = '{"field": "limit"}';
    end if;
    perform private.check_range(case when get_popular_items.count is null then 'limit' else 'count' end, v_count, 1, 200);
    perform private.check_kind(get_popular_items.kind);
    return query
    select
        c.id, c.kind, c.title, c.overview, c.year, c.language, c.image,
        coalesce(s.rating_count, 0), s.rating_sum / nullif(s.rating_count, 0)
    from private.popular(get_popular_items.kind, v_count, v_viewer) as p
    join public.catalog_items as c on c.id = p.item_id
    left join public.item_stats as s on s.item_id = p.item_id
    order by p.place;
end
$$;
comment on function public.get_popular_items(integer, text, integer) is 'Lists the most popular items.';
revoke execute on function public.get_popular_items(integer, text, integer) from public;
grant execute on function public.get_popular_items(integer, text, integer) to anon, authenticated, service_role;

-- source: sql/rpc/recommend/get_recommendations.sql
-- Recommends items to watch or read next, each with a reason.
-- The list blends several sources, by the weights in recommendation_weights: items often liked together with items that
-- the profile rated (item model), items liked by users with similar taste, items whose description is similar to liked
-- items, trends in the profile's languages, and popular items. Items that the profile rated, disliked, dismissed or
-- finished, or may not see, are left out.
--   count       maximum number of items, 1 to 200, default 20
--   kind        movie, tv_show, sports or book; if omitted, all kinds
--   diversity   0 to 1, default 0.3: 0 sorts by score alone, 1 by dissimilarity alone, among the best 60 items or more
--               (re-ranking by MMR)
--   profile_id  one of your own profiles; if omitted, the acting profile; the service may send any profile's id
-- Returns id, kind, title, overview, year, language, image, score (the highest is 1), reason_code (liked_together,
-- taste, liked, popular_in_language, popular_in_country, popular), reason (a sentence), because_of (the id of the item
-- that the reason names); in the order to show.
-- Raises 22023 for a parameter out of range, 42501 for another user's profile, PT404 (service only) for an unknown
-- profile; named in detail.field. kids_mode if a kids profile acts and profile_id is another profile.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_recommendations {"count": 10, "kind": "movie"}
-- Example response: [{"id": "329b…", "kind": "movie", "title": "Avatar", "overview": "A paralysed marine on a lush
-- moon explores …", "year": 2009, "language": "en", "image": null, "score": 1, "reason_code": "liked_together",
-- "reason": "Because you liked Alien Resurrection", "because_of": "fb22…"}, …]
create or replace function public.get_recommendations(
    count integer default 20, kind text default null, diversity real default 0.3, profile_id uuid default null
)
returns setof public.recommended_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_recommendations.count, 20);
    v_diversity real := coalesce(get_recommendations.diversity, 0.3);
begin
    perform private.check_range('count', v_count, 1, 200);
    perform private.check_range('diversity', v_diversity, 0, 1);
    perform private.check_kind(get_recommendations.kind);
    -- Check the caller before the query: a plan that reads no list would not evaluate the check.
    perform private.rater_of_profile(get_recommendations.profile_id);
    return query
    select
        c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, r.score, r.reason_code,
        case r.reason_code
            when 'taste' then 'People with your taste liked it'
            when 'popular_in_language' then 'Popular in ' || coalesce(private.language_name(r.language), 'your language')
            when 'popular_in_country' then 'Popular in your country'
            when 'popular' then 'Popular with everyone'
            else coalesce('Because you liked ' || b.title, 'Because of what you rated')
        end,
        r.because_of
    from private.recommend(
        get_recommendations.profile_id, get_recommendations.kind, v_count, v_diversity
    ) as r
    join public.catalog_items as c on c.id = r.item_id
    left join public.catalog_items as b on b.id = r.because_of
    order by r.place;
end
$$;
comment on function public.get_recommendations(integer, text, real, uuid) is
'Recommends items to watch or read next, each with a reason.';
revoke execute on function public.get_recommendations(integer, text, real, uuid) from public;
grant execute on function public.get_recommendations(integer, text, real, uuid) to anon, authenticated, service_role;

-- source: sql/rpc/recommend/get_similar_items.sql
-- Lists items similar to one item: first those often liked together with it (item model), then those with a similar
-- description.
--   item_id  the item
--   count    maximum number of items, 1 to 200, default 12
-- Returns id, kind, title, overview, year, language, image, score, reason_code (liked_together: score is the model's
-- weight; alike: score is the cosine similarity); best first, all of the item's kind.
-- Raises 22023 for a parameter that is missing or out of range, PT404 for an unknown item; named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_similar_items {"item_id": "0b7e…", "count": 6}
-- Example response: [{"id": "b023…", "kind": "movie", "title": "2001: A Space Odyssey", "overview": "A black monolith
-- appears to prehistoric apes …", "year": 1968, "language": "en", "image": null, "score": 0.028, "reason_code":
-- "liked_together"}, …]
create or replace function public.get_similar_items(item_id uuid default null, count integer default 12)
returns setof public.similar_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_similar_items.count, 12);
    v_viewer private.viewer := private.current_viewer();
begin
    perform private.check_item(get_similar_items.item_id);
    perform private.check_range('count', v_count, 1, 200);
    return query
    with together as (
        select n.neighbour_id as item_id, n.weight
        from public.item_neighbours as n
        where
            n.model_id = (select private.active_item_model()) and n.item_id = get_similar_items.item_id and n.weight > 0
    ), alike as (
        select n.item_id, n.similarity
        from public.item_embeddings as e
        cross join lateral private.nearest(e.embedding, e.kind, v_count + 1, v_viewer) as n
        where e.item_id = get_similar_items.item_id and n.item_id <> e.item_id
    ), listed as (
        select t.item_id, 0 as tier, t.weight as score, 'liked_together' as reason_code from together as t
        union all
        select a.item_id, 1, a.similarity, 'alike'
        from alike as a
        where a.item_id not in (select t.item_id from together as t)
    )
    select c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, l.score::double precision, l.reason_code
    from listed as l
    join public.catalog_items as c on c.id = l.item_id
    join public.items as i on i.id = get_similar_items.item_id and i.kind = c.kind
    where (select private.is_available(s, v_viewer) from public.items as s where s.id = l.item_id)
    order by l.tier, l.score desc, c.id
    limit v_count;
end
$$;
comment on function public.get_similar_items(uuid, integer) is 'Lists items similar to one item.';
revoke execute on function public.get_similar_items(uuid, integer) from public;
grant execute on function public.get_similar_items(uuid, integer) to anon, authenticated, service_role;

-- source: sql/rpc/recommend/get_trending_items.sql
-- Lists items that people rate, watch and share now: an event loses half its weight each week.
-- Items that the caller may not see are left out. Trends are published figures: of five accounts or more, rounded, and
-- changed in batches.
--   count     maximum number of items, 1 to 200, default 20
--   kind      movie, tv_show, sports or book; if omitted, all kinds
--   country   country of the events: two capital letters (ISO 3166); if omitted, the world
--   language  language of the items: two or three small letters (ISO 639); if omitted, all languages
-- Returns id, kind, title, overview, year, language, image, score (the number of events, weighted as of now); highest
-- score first.
-- Raises 22023 for a parameter out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_trending_items {"count": 10, "country": "FR"}
-- Example response: [{"id": "84ef…", "kind": "movie", "title": "Brazil", "overview": "In a retro-futuristic
-- bureaucracy choked by …", "year": 1985, "language": "en", "image": null, "score": 62.998}, …]
create or replace function public.get_trending_items(
    count integer default 20, kind text default null, country text default null, language text default null
)
returns setof public.trending_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_trending_items.count, 20);
    v_languages text[] := case when get_trending_items.language is not null then array[get_trending_items.language] end;
    v_viewer private.viewer := private.current_viewer();
begin
    perform private.check_range('count', v_count, 1, 200);
    perform private.check_kind(get_trending_items.kind);
    perform private.check_form('country', get_trending_items.country, '^[A-Z]{2}$', 'FR');
    perform private.check_form('language', get_trending_items.language, '^[a-z]{2,3}$', 'fr');
    return query
    select c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, t.score
    from private.trending(
        get_trending_items.kind, v_languages, get_trending_items.country, v_count, v_viewer
    ) as t
    join public.catalog_items as c on c.id = t.item_id
    order by t.score desc, c.id;
end
$$;
comment on function public.get_trending_items(integer, text, text, text) is
'Lists items that people rate, watch and share now.';
revoke execute on function public.get_trending_items(integer, text, text, text) from public;
grant execute on function public.get_trending_items(integer, text, text, text) to anon, authenticated, service_role;

-- source: sql/rpc/recommend/predict_rating.sql
-- Predicts the rating that a user would give to an item.
-- The prediction is the item's baseline, plus the user's bias, plus the weighted residuals of neighbours with similar
-- ratings and of the user's own ratings of similar items. A new rating changes it at once. A user without ratings gets
-- the item's baseline: its mean, shrunk to the mean of all ratings.
--   user_id  your own user id; the service may send any user's id, or a rater's
--   item_id  the item
-- Returns a number from 0.5 to 5.0 in tenths; null if fewer than five people rated the item.
-- Raises 22023 for a missing parameter, 42501 for another user's id, PT404 for an unknown user or item.
-- Roles: authenticated, service_role.
-- Example: rpc/predict_rating {"user_id": "5d3c…", "item_id": "0b7e…"}
-- Example response: 4.6
create or replace function public.predict_rating(user_id uuid default null, item_id uuid default null)
returns double precision
language plpgsql stable set search_path = ''
as $$
begin
    perform private.check_item(item_id);
    return private.predict_for_user(user_id, item_id);
end
$$;
comment on function public.predict_rating(uuid, uuid) is 'Predicts the rating that a user would give to an item.';
revoke execute on function public.predict_rating(uuid, uuid) from public;
grant execute on function public.predict_rating(uuid, uuid) to authenticated, service_role;

-- source: sql/rpc/recommend/record_interactions.sql
-- Records events of the acting profile on items: all events of a call or none; an event that was sent before is
-- ignored.
-- The latest like, save, dislike or dismiss on an item counts. undo cancels all earlier events on the item, completion
-- included. To withdraw a rating, delete its row.
--   events  array of 1 to 500 objects: client_id (uuid, chosen by the client, unique per event), item_id (uuid), type
--           (view, click, share, save, like, dislike, complete, dismiss, undo), occurred_at (optional, default now: ISO
--           8601 with seconds and a time zone, within the last 30 days, at most one minute ahead; events of the same
--           time count in array order), metadata (optional object, up to 2,000 characters)
-- Returns the number of new events.
-- Raises 22023 for invalid events, naming the first one and its field, and all of them in details.faults; 23503 for an
-- unknown item, 42501 without a profile, 429 and 413 for more events than the caller's limits allow.
-- Roles: authenticated.
-- Example: rpc/record_interactions {"events": [{"client_id": "6f1c…", "item_id": "0b7e…", "type": "click"}]}
-- Example response: 1
create or replace function public.record_interactions(events jsonb default null) returns integer
language plpgsql set search_path = ''
as $$
begin
    if jsonb_typeof(events) is distinct from 'array' or jsonb_array_length(events) not between 1 and 500 then
        raise exception 'events must be a list of 1 to 500 objects'
            using errcode = '22023', detail = '{"field": "events"}';
    end if;
    -- Unknown fields of an event are not stored, but parsing them costs as much: limit the whole text.
    perform private.check_length('events', events::text, 2000000);
    if private.has_age_limit() then
        perform private.check_items(array(select private.as_uuid(e ->> 'item_id') from jsonb_array_elements(events) as e));
    end if;
    return private.store_interactions(events);
end
$$;
comment on function public.record_interactions(jsonb) is 'Records events of the acting profile on items.';
revoke execute on function public.record_interactions(jsonb) from public, service_role;
grant execute on function public.record_interactions(jsonb) to authenticated;
