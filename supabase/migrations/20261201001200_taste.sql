-- How common the features of the catalogue's items are, so that lists can weigh how a taste differs from the average.

-- The constraint holds for all rows, and only functions of this schema call the dropped ones.
-- squawk-ignore-file ban-drop-constraint, constraint-missing-not-valid, ban-drop-function

set lock_timeout = '10s';
set check_function_bodies = off;

create table private.feature_shares (
    feature text not null,
    value text not null,
    share double precision not null,
    catalog_size bigint not null,
    counted_at timestamptz not null default now(),
    constraint feature_shares_pkey primary key (feature, value),
    constraint feature_shares_feature_known check (feature in ('genre', 'language', 'country', 'decade')),
    constraint feature_shares_share_range check (share > 0 and share < 1)
);
comment on table private.feature_shares is
'How common each feature of items is: what an average rater likes. private.count_features writes it once a day.';
comment on column private.feature_shares.feature is 'genre, language, country (the main one) or decade.';
comment on column private.feature_shares.value is
'The genre''s id, the code of the language or country, or the first year of the decade.';
comment on column private.feature_shares.share is
'Share of the catalogue that has the feature; an item counts once, and once more for each published rating.';
comment on column private.feature_shares.catalog_size is 'Number of items in the catalogue when it was counted.';
comment on column private.feature_shares.counted_at is 'When it was counted.';

create table private.feature_items (
    feature text not null,
    value text not null,
    kind text not null references public.kinds (name),
    rank smallint not null,
    item_id uuid not null references public.items (id) on delete cascade,
    constraint feature_items_pkey primary key (feature, value, kind, rank),
    constraint feature_items_rank_range check (rank between 1 and 200)
);
create index feature_items_item on private.feature_items (item_id);
comment on table private.feature_items is
'The most popular items with each feature, 200 a kind. private.count_features writes it once a day.';
comment on column private.feature_items.feature is 'As in private.feature_shares.';
comment on column private.feature_items.value is 'As in private.feature_shares.';
comment on column private.feature_items.kind is 'The item''s kind.';
comment on column private.feature_items.rank is
'1 for the item with the largest published sum of ratings; items without follow by the popularity their source states.';
comment on column private.feature_items.item_id is 'The item.';

insert into private.data_inventory (schema_name, table_name, holds, is_personal, on_erasure) values
('private', 'feature_shares', 'How common each genre, language, country and decade is.', false, 'none'),
('private', 'feature_items', 'The most popular items with each genre, language, country and decade.', false, 'none');

alter table public.recommendation_weights
drop constraint recommendation_weights_part_known,
add constraint recommendation_weights_part_known check (
    part in (
        'liked_together', 'taste', 'liked', 'features', 'trending', 'popular', 'genres', 'decades', 'places'
    )
) not valid;
alter table public.recommendation_weights validate constraint recommendation_weights_part_known;
comment on column public.recommendation_weights.part is
'The source: liked_together (item model), taste (neighbours), liked (items similar to liked items), features (items '
'with the features of liked ones), trending or popular. Or what weighs the blended scores by the rater''s taste: '
'genres, decades, places (languages and countries); see private.feature_factors.';
insert into public.recommendation_weights (part, min_ratings, weight, explanation) values
('features', 0, 0.3, 'set by hand: without effect on MovieLens 100K and small'),
('genres', 0, 0.1, 'set by hand: best on held-out training data of MovieLens 100K and small'),
('decades', 0, 0.75, 'set by hand: hardly any loss on MovieLens 100K and small'),
('places', 0, 1, 'set by hand: the largest without loss on MovieLens 100K and small')
on conflict do nothing;

create type private.lift as (feature text, value text, items integer, lift double precision);
comment on type private.lift is
'How much more often a rater likes a feature than others do, and how many liked items have it.';

create type public.genre_row_item as (
    genre text, row_number integer, id uuid, kind text, title text, overview text, year smallint, language text,
    image text, score double precision
);
comment on type public.genre_row_item is
'An item in the row of one of the viewer''s favourite genres; row_number is 1 for the first row.';

-- These return one column more, or one with another name, or take another parameter.
drop function private.because_of(uuid, uuid[]);
drop function private.recommend(uuid, text, integer, real);
drop function private.source_candidates(text, private.viewer, text, integer);

-- source: sql/private/recommend/features/item_features.sql
-- The features of items that tastes are described by: each genre, the original language, the main country of
-- production, and the decade of release. One row an item and feature; value is the genre's id, the code of the language
-- or country, or the first year of the decade.
create or replace view private.item_features with (security_invoker = true) as
select
    g.item_id,
    'genre' as feature,
    g.genre_id::text as value
from public.item_genres as g
union all
select
    c.id as item_id,
    f.feature,
    f.value
from public.content as c
cross join
    lateral (
        values
        ('language', c.original_language), ('country', c.countries[1]), ('decade', (c.release_year / 10 * 10)::text)
    ) as f (feature, value)
where f.value is not null
union all
select
    b.id as item_id,
    f.feature,
    f.value
from public.books as b
cross join
    lateral (
        values
        ('language', b.language), ('decade', (b.published_year / 10 * 10)::text)
    ) as f (feature, value)
where f.value is not null;
comment on view private.item_features is
'The features of items that tastes are described by: genres, language, country and decade.';

-- source: sql/private/recommend/features/count_features.sql
-- Worker. Counts the features of the catalogue again (private.item_features): for each value its share of all items,
-- each counted once and once more for each published rating (private.feature_shares), and its 200 most popular items of
-- each kind (private.feature_items). It reads no rating but published figures. It does nothing if the counts are
-- younger than a day and the number of items changed by a tenth at most.
create or replace function private.count_features() returns void
language plpgsql set search_path = ''
as $$
declare
    v_items bigint := (select count(*) from public.items);
begin
    if exists (
        select
        from private.feature_shares as s
        where s.counted_at > now() - interval '1 day' and abs(s.catalog_size - v_items) * 10 <= v_items
    ) then
        return;
    end if;
    delete from private.feature_shares;
    delete from private.feature_items;
    insert into private.feature_shares (feature, value, share, catalog_size)
    select
        f.feature,
        f.value,
        greatest(0.0001, least(0.9999, sum(1 + coalesce(s.rating_count, 0))::double precision / max(a.weight))),
        v_items
    from private.item_features as f
    left join public.item_stats as s on s.item_id = f.item_id
    cross join (
        select v_items + coalesce(sum(s.rating_count), 0) as weight from public.item_stats as s
    ) as a
    group by f.feature, f.value;
    insert into private.feature_items (feature, value, kind, rank, item_id)
    select r.feature, r.value, r.kind, r.rank, r.item_id
    from (
        select
            f.feature,
            f.value,
            i.kind,
            f.item_id,
            row_number() over (
                partition by f.feature, f.value, i.kind
                order by s.rating_sum desc nulls last, c.popularity desc, f.item_id
            ) as rank
        from private.item_features as f
        join public.items as i on i.id = f.item_id
        join public.catalog_items as c on c.id = f.item_id
        left join public.item_stats as s on s.item_id = f.item_id
    ) as r
    where r.rank <= 200;
end
$$;
comment on function private.count_features() is
'Counts how common each feature of items is, and which of its items are the most popular.';
revoke execute on function private.count_features() from public;
grant execute on function private.count_features() to service_role;

-- source: sql/private/recommend/features/feature_factors.sql
-- Helper. Returns the factors by which a list multiplies the scores of items, by how a rater's taste differs from the
-- average (lifts, of private.liked_features). Popular items are thus discounted for a rater with a narrow taste, and
-- hardly for one with a broad taste. The factor is exp(e), with e limited to -3 to 3:
--   e = genres * (x + 3 * beyond(x, 4)) + decades * beyond(d, 1) + places * (beyond(l, 1) + beyond(c, 1)) / 2
-- x is the sum of the lifts of the item's genres; d, l and c are the lifts of its decade, language and country;
-- beyond(v, t) is the part of v that exceeds t in size. genres, decades and places are values of weights
-- (recommendation_weights); a missing one counts 0. An item without known features has no row.
-- Features are looked up item by item (offset 0), as in private.liked_features.
create or replace function private.feature_factors(lifts private.lift[], item_ids uuid[], weights jsonb)
returns table (item_id uuid, factor double precision)
language plpgsql stable rows 100 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
    return query
    with summed as (
        select f.item_id, f.feature, sum(l.lift) as lift
        from (
            select i.item_id, f.feature, f.value
            from unnest(feature_factors.item_ids) as i (item_id)
            cross join lateral (
                select v.feature, v.value from private.item_features as v where v.item_id = i.item_id offset 0
            ) as f
        ) as f
        join unnest(feature_factors.lifts) as l on l.feature = f.feature and l.value = f.value
        group by f.item_id, f.feature
    ), exponents as (
        select
            s.item_id,
            sum(
                case s.feature
                    when 'genre' then w.genres * (s.lift + 3 * sign(s.lift) * greatest(0, abs(s.lift) - 4))
                    when 'decade' then w.decades * sign(s.lift) * greatest(0, abs(s.lift) - 1)
                    else w.places * sign(s.lift) * greatest(0, abs(s.lift) - 1) / 2
                end
            ) as exponent
        from summed as s
        cross join (
            select
                coalesce((feature_factors.weights ->> 'genres')::double precision, 0) as genres,
                coalesce((feature_factors.weights ->> 'decades')::double precision, 0) as decades,
                coalesce((feature_factors.weights ->> 'places')::double precision, 0) as places
        ) as w
        group by s.item_id
    )
    select e.item_id, exp(greatest(-3, least(3, e.exponent))) from exponents as e;
end
$$;
comment on function private.feature_factors(private.lift[], uuid[], jsonb) is
'Returns factors for items'' scores by how a rater''s taste differs from the average.';
revoke execute on function private.feature_factors(private.lift[], uuid[], jsonb) from public;

-- source: sql/private/recommend/features/liked_features.sql
-- Helper. Returns how much more or less often a rater likes each feature than an average rater: one row for each row of
-- private.feature_shares; none for a rater who has not liked anything.
--   items  the number of liked items with it, of the 300 that were liked last
--   lift   with p the feature's share of the rater's likings (weighted by rating / 5) and q its share of the catalogue:
--          for genres, of which an item has several, log(p / (1 - p)) - log(q / (1 - q)); for the others log(p / q).
--          p is shrunk to q as if the rater had likings of weight 5 (genres), 10 (decades) or 30 (languages and
--          countries, where one or two likings say little) with shares as in the catalogue. 0: as often as an average
--          rater
-- The features are looked up item by item (offset 0); another join would read those of the whole catalogue.
-- It reads ratings: only definer functions and workers may call it.
create or replace function private.liked_features(rater_id uuid)
returns setof private.lift
language plpgsql stable rows 200 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
    return query
    with liked as materialized (
        select l.item_id, l.weight
        from private.positive_feedback as l
        where l.rater_id = liked_features.rater_id and l.is_liked
        order by l.liked_at desc, l.item_id
        limit 300
    ), mine as materialized (
        select f.feature, f.value, sum(l.weight) as weight, count(*)::integer as items
        from liked as l
        cross join lateral (
            select i.feature, i.value from private.item_features as i where i.item_id = l.item_id offset 0
        ) as f
        group by f.feature, f.value
    ), shares as (
        select
            s.feature,
            s.value,
            s.share as q,
            coalesce(m.items, 0) as items,
            (coalesce(m.weight, 0) + p.prior * s.share) / (t.weight + p.prior) as p
        from private.feature_shares as s
        join (select sum(l.weight) as weight from liked as l) as t on t.weight > 0
        cross join lateral (select case s.feature when 'genre' then 5 when 'decade' then 10 else 30 end as prior) as p
        left join mine as m on m.feature = s.feature and m.value = s.value
    )
    select
        s.feature,
        s.value,
        s.items,
        case s.feature
            when 'genre' then ln(s.p / (1 - s.p)) - ln(s.q / (1 - s.q))
            else ln(s.p / s.q)
        end
    from shares as s;
end
$$;
comment on function private.liked_features(uuid) is
'Returns how much more often a rater likes each genre, language, country and decade than others do.';
revoke execute on function private.liked_features(uuid) from public;

-- source: sql/private/recommend/features/weigh_features.sql
-- Helper. Multiplies the scores of a list by private.feature_factors and returns the best, scaled so that the first has
-- 1. If an error occurs, it is logged and counted and the list stays as it is.
create or replace function private.weigh_features(
    list private.proposal[], lifts private.lift[], weights jsonb, count integer
)
returns setof private.proposal
language plpgsql stable rows 60 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
    return query
    with weighed as (
        select l.*, l.score * coalesce(f.factor, 1) as product
        from unnest(weigh_features.list) as l
        left join private.feature_factors(
            weigh_features.lifts,
            array(select l.item_id from unnest(weigh_features.list) as l),
            weigh_features.weights
        ) as f on f.item_id = l.item_id
    )
    select w.item_id, w.part, w.product / max(w.product) over (), w.reason_code, w.because_of, w.language
    from weighed as w
    order by w.product desc, w.item_id
    limit weigh_features.count;
exception when others then
    perform private.report_failure('features', sqlstate, sqlerrm);
    return query select l.* from unnest(weigh_features.list) as l limit weigh_features.count;
end
$$;
comment on function private.weigh_features(private.proposal[], private.lift[], jsonb, integer) is
'Weighs a list by how its items'' features suit a rater''s taste.';
revoke execute on function private.weigh_features(private.proposal[], private.lift[], jsonb, integer) from public;

-- source: sql/private/recommend/lists/because_of.sql
-- Helper. Returns, for each item, the liked item that explains it best: of the 50 items that the rater liked most, the
-- one with the greatest product of the item model's weight and the rater's liking (weight). An item without a positive
-- product has no row. If an error occurs, it is logged and counted and no row is returned.
-- It reads ratings: only definer functions and workers may call it.
create or replace function private.because_of(rater_id uuid, item_ids uuid[])
returns table (item_id uuid, because_of uuid, weight double precision)
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
    ), available as materialized (
        select t.item_id, t.place::integer as place
        from model as m
        cross join lateral unnest(m.targets) with ordinality as t (item_id, place)
        where t.item_id in (select unnest(because_of.item_ids))
    ), weighed as (
        select
            a.item_id,
            s.item_id as because_of,
            s.weight * extensions.inner_product(extensions.subvector(s.weights, a.place, 1), '[1]') as weight
        from available as a
        cross join speaking as s
    )
    select distinct on (w.item_id) w.item_id, w.because_of, w.weight
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

-- source: sql/private/recommend/lists/genre_rows.sql
-- Helper. Returns a list of items for each of a profile's favourite genres: those that the profile likes more often
-- than others do (private.liked_features, three liked items or more), the strongest first, then those that are most
-- common among its liked items, then the most common genres of the catalogue. A list holds the profile's
-- recommendations of the genre, then the genre's most popular items; an item is in the first of the lists it could be
-- in. Genres with fewer than three items left have no list.
-- Raises as private.viewer.
-- Definer: it reads the ratings of the profile, and lists read those of other raters; none of these is returned.
create or replace function private.genre_rows(kind text, genres integer, count integer)
returns table (genre text, row_number integer, item_id uuid, place integer, score double precision)
language plpgsql stable rows 60 security definer set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    v_viewer private.viewer := private.viewer(null);
begin
    return query
    with favourites as materialized (
        select g.id, g.name, row_number() over (
            order by
                coalesce(l.items, 0) >= 3 and coalesce(l.lift, 0) > 0 desc,
                case when l.items >= 3 then l.lift end desc nulls last, l.items desc nulls last, s.share desc, g.id
        ) as place
        from private.feature_shares as s
        join public.genres as g on s.feature = 'genre' and g.id::text = s.value
        left join private.liked_features(v_viewer.rater_id) as l on l.feature = s.feature and l.value = s.value
        order by place
        limit genre_rows.genres
    ), recommended as materialized (
        select r.item_id, r.place, r.score from private.recommend(null, genre_rows.kind, 200, 0) as r
    ), members as (
        select f.place as row_place, f.name, r.item_id, 0 as tier, r.place, r.score
        from favourites as f
        join public.item_genres as m on m.genre_id = f.id
        join recommended as r on r.item_id = m.item_id
        union all
        select f.place, f.name, i.item_id, 1, i.rank, 0
        from favourites as f
        join private.feature_items as i on i.feature = 'genre' and i.value = f.id::text and i.kind = genre_rows.kind
        join public.items as o on o.id = i.item_id and private.is_available(o, v_viewer)
        where i.item_id not in (select u.item_id from private.excluded_items(v_viewer.rater_id) as u (item_id))
    ), once as (
        select distinct on (m.item_id) m.* from members as m order by m.item_id, m.row_place, m.tier
    ), placed as (
        select
            o.*,
            row_number() over (partition by o.row_place order by o.tier, o.place, o.item_id)::integer as number,
            count(*) over (partition by o.row_place) as size
        from once as o
    )
    select p.name, dense_rank() over (order by p.row_place)::integer, p.item_id, p.number, p.score
    from placed as p
    where p.size >= 3 and p.number <= genre_rows.count
    order by p.row_place, p.number;
end
$$;
comment on function private.genre_rows(text, integer, integer) is
'Returns a list of items for each of a profile''s favourite genres.';
revoke execute on function private.genre_rows(text, integer, integer) from public;
grant execute on function private.genre_rows(text, integer, integer) to anon, authenticated, service_role;

-- source: sql/private/recommend/lists/list_reasons.sql
-- Helper. Chooses a reason for each item of a list from private.reason_options: going down the list, the strongest
-- whose code the nine items before have at most once, so that ten items in a row have at most two reasons of one kind.
-- An item without such an option gets "rated", which is true of every item; once that is used up too, the code that the
-- nine items before have least often. If an error occurs, it is logged and counted, and each item gets "rated".
-- A newcomer (no liked item) keeps the reasons of the sources.
-- It reads ratings: only definer functions and workers may call it.
create or replace function private.list_reasons(rater_id uuid, lifts private.lift[], list private.proposal[])
returns table (item_id uuid, reason_code text, because_of uuid, subject text)
language plpgsql stable rows 20 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    v_codes text[] := '{}';
    v_option record;
    v_uses integer;
    v_least integer;
begin
    for v_option in
        select
            l.item_id, l.place, o.reason_code, o.because_of, o.subject,
            lead(l.place) over (order by l.place, o.strength desc, o.reason_code) is distinct from l.place as is_last
        from unnest(list_reasons.list) with ordinality as l (
            item_id, part, score, source_reason, source_item, language, place
        )
        join (
            select r.item_id, r.reason_code, r.because_of, r.subject, r.strength
            from private.reason_options(list_reasons.rater_id, list_reasons.lifts, list_reasons.list) as r
            union all
            select u.item_id, 'rated', null, null, -1
            from unnest(list_reasons.list) as u
        ) as o on o.item_id = l.item_id
        order by l.place, o.strength desc, o.reason_code
    loop
        v_uses := cardinality(
            array_positions(v_codes[greatest(1, v_option.place - 9):], v_option.reason_code)
        );
        v_uses := case when v_uses < 2 then 0 else v_uses end;
        if v_least is null or v_uses < v_least then
            v_least := v_uses;
            item_id := v_option.item_id;
            reason_code := v_option.reason_code;
            because_of := v_option.because_of;
            subject := v_option.subject;
        end if;
        if v_option.is_last then
            v_codes := v_codes || reason_code;
            v_least := null;
            return next;
        end if;
    end loop;
exception when others then
    perform private.report_failure('reasons', sqlstate, sqlerrm);
    return query select l.item_id, 'rated', null::uuid, null::text from unnest(list_reasons.list) as l;
end
$$;
comment on function private.list_reasons(uuid, private.lift[], private.proposal[]) is
'Chooses a reason for each item of a list, at most two of one kind in ten.';
revoke execute on function private.list_reasons(uuid, private.lift[], private.proposal[]) from public;

-- source: sql/private/recommend/lists/reason_options.sql
-- Helper. Returns what could be given as the reason for each item of a list, every option true and above its floor:
--   code             subject             floor, strength
--   liked_together   -                   the greatest product of the item model's weight and the rater's liking of
--                                        because_of is 0.02 or more; 0.6 and five times the product
--   taste            -                   the neighbours proposed the item (private.collaborative); 0.7
--   liked            -                   the embeddings of because_of, one of the ten best liked items, and the item
--                                        have a cosine of 0.4 or more; the cosine
--   same_director    the person          of because_of, a liked item; 0.9
--   same_actor       the person          billed third or better here and in because_of, a liked item; 0.65
--   same_keyword     the keyword         of at least two of the 50 best liked items, because_of the best; 0.5 and a
--                                        twentieth for each of them
--   same_genre       the genre           at least three liked items have it and its lift (of lifts, by
--                                        private.liked_features) is above 0.3; 0.4 and a tenth of the lift
--   same_language    the language's code at least two liked items have it and its lift is above 1; 0.55
--   same_decade      the decade          the same; 0.45
--   popular_in_country, popular_in_language (subject: the language's code): proposed for it; 0.5
--   highly_rated     -                   a published mean of 4 or better, of 20 ratings or more; 0.3
--   popular          -                   among the 100 items with the largest published sum of ratings; 0.2
-- What liked items have is looked up item by item (offset 0), then joined; another join would read the credits and
-- keywords of the whole catalogue.
-- It reads ratings: only definer functions and workers may call it.
create or replace function private.reason_options(rater_id uuid, lifts private.lift[], list private.proposal[])
returns table (item_id uuid, reason_code text, because_of uuid, subject text, strength double precision)
language plpgsql stable rows 100 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    v_ids uuid[] := array(select l.item_id from unnest(list) as l);
begin
    return query
    with listed as materialized (
        select l.item_id, l.reason_code, l.language from unnest(reason_options.list) as l
    ), liked as materialized (
        select l.item_id, row_number() over (order by l.weight desc, l.liked_at desc, l.item_id) as place
        from private.positive_feedback as l
        where l.rater_id = reason_options.rater_id and l.is_liked
        order by place
        limit 50
    ), lifts as materialized (
        select l.* from unnest(reason_options.lifts) as l where l.items >= 2 and l.lift > 0.3
    ), liked_credits as materialized (
        select m.item_id, m.place, o.job, o.person_id
        from liked as m
        cross join lateral (
            select c.job, c.person_id
            from public.credits as c
            where c.item_id = m.item_id and c.job in ('director', 'actor') and c.position <= 3
            offset 0
        ) as o
    ), listed_credits as materialized (
        select c.item_id, c.job, c.person_id, c.position
        from public.credits as c
        where c.item_id = any(v_ids) and c.job in ('director', 'actor') and c.position <= 3
    ), people as (
        select distinct on (c.item_id, c.job) c.item_id, c.job, m.item_id as because_of, c.person_id
        from listed_credits as c
        join liked_credits as m on m.job = c.job and m.person_id = c.person_id
        order by c.item_id, c.job, c.position, m.place
    ), liked_keywords as materialized (
        select m.item_id, m.place, o.keyword
        from liked as m
        cross join lateral (
            select k.keyword from public.item_keywords as k where k.item_id = m.item_id offset 0
        ) as o
    ), listed_keywords as materialized (
        select k.item_id, k.keyword from public.item_keywords as k where k.item_id = any(v_ids)
    ), keywords as (
        select distinct on (k.item_id) k.item_id, k.liked_item, k.keyword, k.items
        from (
            select k.item_id, k.keyword, count(*) as items, (array_agg(m.item_id order by m.place))[1] as liked_item
            from listed_keywords as k
            join liked_keywords as m on m.keyword = k.keyword
            group by k.item_id, k.keyword
            having count(*) >= 2
        ) as k
        order by k.item_id, k.items desc, k.keyword
    ), features as materialized (
        select f.item_id, f.feature, f.value from private.item_features as f where f.item_id = any(v_ids)
    ), liked_embeddings as materialized (
        select o.item_id, o.embedding
        from liked as m
        cross join lateral (
            select e.item_id, e.embedding from public.item_embeddings as e where e.item_id = m.item_id offset 0
        ) as o
        where m.place <= 10
    ), alike as (
        select distinct on (e.item_id)
            e.item_id, o.item_id as because_of, 1 - (e.embedding operator(extensions.<=>) o.embedding) as similarity
        from (select e.item_id, e.embedding from public.item_embeddings as e where e.item_id = any(v_ids)) as e
        cross join liked_embeddings as o
        order by e.item_id, similarity desc, o.item_id
    ), popular as (
        select s.item_id from public.item_stats as s
        where s.rating_sum > 0
        order by s.rating_sum desc, s.item_id
        limit 100
    )
    select b.item_id, 'liked_together', b.because_of, null::text, 0.6 + 5 * b.weight
    from private.because_of(reason_options.rater_id, v_ids) as b
    where b.weight >= 0.02
    union all
    select l.item_id, l.reason_code, null, l.language, case l.reason_code when 'taste' then 0.7 else 0.5 end
    from listed as l
    where l.reason_code in ('taste', 'popular_in_language', 'popular_in_country')
    union all
    select a.item_id, 'liked', a.because_of, null, a.similarity from alike as a where a.similarity >= 0.4
    union all
    select p.item_id, 'same_' || p.job, p.because_of, n.name, case p.job when 'director' then 0.9 else 0.65 end
    from people as p
    join public.people as n on n.id = p.person_id
    union all
    select k.item_id, 'same_keyword', k.liked_item, k.keyword, 0.5 + k.items / 20.0 from keywords as k
    union all
    select
        f.item_id, 'same_' || f.feature, null, coalesce(g.name, f.value),
        case f.feature when 'genre' then 0.4 + n.lift / 10 when 'language' then 0.55 else 0.45 end
    from features as f
    join lifts as n on n.feature = f.feature and n.value = f.value
    left join public.genres as g on f.feature = 'genre' and g.id::text = f.value
    where f.feature = 'genre' and n.items >= 3 or f.feature in ('language', 'decade') and n.lift > 1
    union all
    select s.item_id, 'highly_rated', null, null, 0.3
    from public.item_stats as s
    where
        s.item_id = any(v_ids)
        and s.rating_count >= 20 and s.rating_sum >= 4 * s.rating_count
    union all
    select l.item_id, 'popular', null, null, 0.2
    from listed as l
    where l.item_id in (select p.item_id from popular as p);
end
$$;
comment on function private.reason_options(uuid, private.lift[], private.proposal[]) is
'Returns what could be given as the reason for each item of a list.';
revoke execute on function private.reason_options(uuid, private.lift[], private.proposal[]) from public;

-- source: sql/private/recommend/lists/recommend.sql
-- Helper. Returns a profile's list of recommendations. Each source with a weight for the rater's number of ratings
-- proposes candidates (private.source_candidates), private.merge_sources merges them, private.weigh_features weighs
-- them by the rater's taste, and private.rerank_by_mmr re-ranks them. Sources of minimal weight are called only if the
-- others do not fill the list. A viewer who has not liked anything yet gets the list of private.newcomer, and other
-- sources only fill it up. If a source fails, the list is built from the others.
-- private.list_reasons chooses the reasons; a reason that would name an item above the viewer's age limit becomes
-- "rated". subject is the person, keyword, genre, decade or language that the reason names.
-- Raises as private.viewer. Without any profile (anon), it returns a newcomer's list.
-- Definer: scores read the ratings of other raters; none of these ratings is returned.
create or replace function private.recommend(profile_id uuid, kind text, count integer, diversity real)
returns table (
    item_id uuid, place bigint, score double precision, reason_code text, because_of uuid, subject text
)
language plpgsql stable rows 20 security definer set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    v_viewer private.viewer := private.viewer(profile_id);
    v_pool integer := greatest(60, recommend.count + 20);
    v_weights jsonb := private.source_weights(v_viewer.rater_id);
    v_lifts private.lift[] := array(select l from private.liked_features(v_viewer.rater_id) as l);
    -- Only then by_features has more to propose than items of the same people.
    v_is_narrow boolean := exists (select from unnest(v_lifts) as l where l.items >= 2 and l.lift > 2);
    v_part text;
    v_proposals private.proposal[] := '{}';
    v_list private.proposal[] := '{}';
    v_order integer[];
    v_has_liked boolean := cardinality(v_lifts) > 0 or exists (
        select from private.positive_feedback as l where l.rater_id = v_viewer.rater_id and l.is_liked
    );
begin
    foreach v_part in array case
        when v_has_liked
            then array['liked_together', 'taste', 'liked', 'features', 'trending', 'popular']
        else array['newcomer', 'trending', 'popular']
    end loop
        if cardinality(v_list) < recommend.count
            or v_has_liked and (v_weights ->> v_part)::double precision > 0.01 and (v_part <> 'features' or v_is_narrow)
        then
            v_proposals := v_proposals || private.source_candidates(
                v_part, v_viewer, v_lifts, recommend.kind, v_pool
            );
            v_list := array(
                select b from private.merge_sources(v_proposals, v_weights, v_viewer, recommend.kind, v_pool * 2) as b
            );
        end if;
    end loop;
    v_list := array(
        select b from private.weigh_features(v_list, v_lifts, v_weights, v_pool) as b
    );
    v_order := private.rerank_by_mmr(v_list, recommend.diversity, recommend.count);

    return query
    with listed as materialized (
        select (v_list[o.at]).*, o.place from unnest(v_order) with ordinality as o (at, place)
    ), chosen as materialized (
        select r.*
        from private.list_reasons(
            v_viewer.rater_id,
            v_lifts,
            array(select v_list[o.at] from unnest(v_order) with ordinality as o (at, place) order by o.place)
        ) as r
        where v_has_liked
    )
    select
        l.item_id, l.place, l.score,
        case when s.id is null and t.because_of is not null then 'rated' else coalesce(t.reason_code, l.reason_code) end,
        s.id,
        case when v_has_liked then t.subject else l.language end
    from listed as l
    left join chosen as t on t.item_id = l.item_id
    left join public.items as s on s.id = t.because_of and private.fits_age(s, v_viewer)
    order by l.place;
end
$$;
comment on function private.recommend(uuid, text, integer, real) is
'Returns a profile''s list of recommendations, if the caller may request it.';
revoke execute on function private.recommend(uuid, text, integer, real) from public;
grant execute on function private.recommend(uuid, text, integer, real) to anon, authenticated, service_role;

-- source: sql/private/recommend/lists/rerank_by_mmr.sql
-- Helper. Re-ranks a list by maximal marginal relevance (MMR: Carbonell, Goldstein, SIGIR 1998), so that neighbouring
-- items differ. Each step takes the item with the highest (1 - w) * score - w * (greatest similarity to the
-- items already taken), where w is diversity to the power 1.5. Ties keep their order. The similarity of two items is
-- the cosine of their embeddings, or 0.8 times the share of their genres that they have in common, whichever is
-- greater.
--   list       candidates, best first, with scores of at most 1
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
    v_share double precision := power(diversity, 1.5);
    -- Each item's upper bound: its value if it is similar to none of the items taken. In descending order.
    v_alone double precision[];
    v_vectors extensions.vector[];
    v_genres bigint[];
    v_alike double precision[] := array_fill(0::double precision, array[v_size]);
    -- The number of taken items that each item has been compared with.
    v_compared integer[] := array_fill(0, array[v_size]);
    v_left boolean[] := array_fill(true, array[v_size]);
    v_order integer[] := '{}';
    v_best integer;
    v_taken integer;
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
    v_genres := array(
        select g.genres
        from unnest(list) with ordinality as l
        join private.genre_sets(array(select l.item_id from unnest(list) as l)) as g on g.item_id = l.item_id
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
                v_taken := v_order[v_compared[v_place]];
                v_alike[v_place] := greatest(
                    v_alike[v_place],
                    1 - (v_vectors[v_place] operator(extensions.<=>) v_vectors[v_taken]),
                    0.8 * bit_count((v_genres[v_place] & v_genres[v_taken])::bit(64))
                    / nullif(bit_count((v_genres[v_place] | v_genres[v_taken])::bit(64)), 0)
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
-- Helper. Returns the weight of each source of a rater's list, and of genres, decades and places, as an object, by the
-- rater's number of ratings (no rater: 0). Sources of weight 0, or without a row in recommendation_weights, get a
-- minimal weight, so that they only fill up a list, in a fixed order. If an error occurs, it is logged and counted, and
-- the item model gets 1 and every other source its minimal weight.
create or replace function private.source_weights(rater_id uuid) returns jsonb
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
declare
    v_least jsonb := '{"newcomer": 1, "taste": 0.009, "liked": 0.003, "features": 0.001, "trending": 0.0003, "popular": 0.0001}';
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

-- source: sql/private/recommend/publication/publish_counts.sql
-- Worker. Publishes the figures that enough accounts changed: up to `batch` of each of rating counts, event counts and
-- trends. Returns how many it published. Each call is one transaction: call it until it returns 0. Concurrent calls run
-- one after the other. The rules are the row of private.publication. The call that publishes nothing counts the
-- features of the catalogue, at most once a day (private.count_features).
create or replace function private.publish_counts(batch integer default 500) returns integer
language plpgsql set search_path = ''
as $$
declare
    v_published integer;
begin
    perform pg_advisory_xact_lock(hashtextextended('publish_counts', 0));
    delete from private.pending_changes as c
    where not c.is_pending and c.changed_on < (now() at time zone 'UTC')::date;
    v_published := private.publish_ratings(batch) + private.publish_interactions(batch) + private.publish_trends(batch);
    if v_published = 0 then
        perform private.count_features();
    end if;
    return v_published;
end
$$;
comment on function private.publish_counts(integer) is
'Publishes the figures that enough accounts changed; returns how many.';
revoke execute on function private.publish_counts(integer) from public;

-- source: sql/private/recommend/sources/alike.sql
-- Helper. Returns items of the same kind whose content is similar to one item's, best first: of the nearest by
-- embedding, and those that share people or keywords. The score is the cosine of the embeddings (0 without), plus 0.3
-- for a common director, 0.1 for each common actor billed fifth or better (two at most), 0.05 for each common keyword
-- (five at most), and 0.1 times the share of common genres; 1 at most. Items below 0.35 are left out: with nothing
-- similar, no item is returned.
create or replace function private.alike(similar_to uuid, count integer, viewer private.viewer)
returns table (item_id uuid, score double precision)
language plpgsql stable rows 20 set search_path = '' set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_item uuid := alike.similar_to;
begin
    return query
    with near as materialized (
        select n.item_id
        from public.item_embeddings as e
        cross join lateral private.nearest(e.embedding, e.kind, alike.count + 1, viewer) as n
        where e.item_id = v_item
    ), people as materialized (
        select
            c.item_id,
            count(distinct c.person_id) filter (where c.job = 'director') as directors,
            count(distinct c.person_id) filter (where c.job = 'actor') as actors
        from public.credits as o
        join public.credits as c on c.person_id = o.person_id and c.job = o.job
        where o.item_id = v_item and o.job in ('director', 'actor') and o.position <= 5 and c.position <= 5
        group by c.item_id
    ), keywords as materialized (
        select k.item_id, count(*) as shared
        from public.item_keywords as o
        join public.item_keywords as k on k.keyword = o.keyword
        where o.item_id = v_item
        group by k.item_id
        order by shared desc, k.item_id
        limit 200
    ), candidates as materialized (
        select i.id
        from public.items as i
        where
            i.id in (
                select n.item_id from near as n
                union select p.item_id from people as p
                union select k.item_id from keywords as k
            )
            and i.id <> v_item
            and i.kind = (select o.kind from public.items as o where o.id = v_item)
            and private.is_available(i, viewer)
    ), sets as materialized (
        select g.item_id, g.genres
        from private.genre_sets(array(select c.id from candidates as c) || v_item) as g
    ), scored as (
        select
            c.id,
            least(
                1,
                coalesce(1 - (e.embedding operator(extensions.<=>) o.embedding), 0)
                + 0.3 * least(1, coalesce(p.directors, 0))
                + 0.1 * least(2, coalesce(p.actors, 0))
                + 0.05 * least(5, coalesce(k.shared, 0))
                + 0.1 * coalesce(
                    bit_count((g.genres & m.genres)::bit(64))::double precision
                    / nullif(bit_count((g.genres | m.genres)::bit(64)), 0),
                    0
                )
            ) as score
        from candidates as c
        join sets as g on g.item_id = c.id
        join sets as m on m.item_id = v_item
        left join public.item_embeddings as o on o.item_id = v_item
        left join public.item_embeddings as e on e.item_id = c.id
        left join people as p on p.item_id = c.id
        left join keywords as k on k.item_id = c.id
    )
    select s.id, s.score
    from scored as s
    where s.score >= 0.35
    order by s.score desc, s.id
    limit alike.count;
end
$$;
comment on function private.alike(uuid, integer, private.viewer) is
'Returns items whose description, people, keywords and genres are similar to one item''s.';
revoke execute on function private.alike(uuid, integer, private.viewer) from public;
grant execute on function private.alike(uuid, integer, private.viewer) to anon, authenticated, service_role;

-- source: sql/private/recommend/sources/by_features.sql
-- Helper. Content-based candidates for a narrow taste: popular items with the features that a rater likes much more
-- often than others do, and items of the directors and actors of liked items, best first. Through this source, items
-- that few people rated can enter a list; it reads no other rater's ratings but published figures.
--   lifts     of the rater, by private.liked_features
--   features  the six with the greatest lift above 2 and at least two liked items. An item
--             scores (lift - 2) / ln(2 + rank) for each that it has, by its rank in private.feature_items
--   people    a director of a liked item, and an actor of two or more liked items, billed third or better; an item
--             scores 0.5 for each director and 0.25 for each actor
-- Items that private.excluded_items excludes or the viewer may not see are left out.
-- It reads ratings: only definer functions and workers may call it.
create or replace function private.by_features(
    rater_id uuid, lifts private.lift[], kind text, count integer, viewer private.viewer
)
returns table (item_id uuid, score double precision)
language plpgsql stable rows 20 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
    return query
    with strong as materialized (
        select l.feature, l.value, l.lift - 2 as strength
        from unnest(by_features.lifts) as l
        where l.items >= 2 and l.lift > 2
        order by l.lift desc, l.feature, l.value
        limit 6
    ), people as materialized (
        select c.person_id, c.job
        from (
            select l.item_id
            from private.positive_feedback as l
            where l.rater_id = by_features.rater_id and l.is_liked
            order by l.weight desc, l.liked_at desc, l.item_id
            limit 50
        ) as l
        join public.credits as c on c.item_id = l.item_id and c.job in ('director', 'actor') and c.position <= 3
        group by c.person_id, c.job
        having c.job = 'director' or count(*) >= 2
        order by count(*) desc, c.person_id
        limit 20
    ), shared as (
        select i.item_id, s.strength / ln(2::double precision + i.rank) as score
        from strong as s
        join private.feature_items as i on i.feature = s.feature and i.value = s.value
        where by_features.kind is null or i.kind = by_features.kind
        union all
        select c.item_id, case c.job when 'director' then 0.5 else 0.25 end
        from people as p
        join public.credits as c on c.person_id = p.person_id and c.job = p.job and c.position <= 3
    ), summed as (
        select s.item_id, sum(s.score) as score
        from shared as s
        where s.item_id not in (select u.item_id from private.excluded_items(by_features.rater_id) as u (item_id))
        group by s.item_id
    )
    select s.item_id, s.score
    from summed as s
    join public.items as i on i.id = s.item_id and (by_features.kind is null or i.kind = by_features.kind)
    where private.is_available(i, viewer)
    order by s.score desc, s.item_id
    limit by_features.count;
end
$$;
comment on function private.by_features(uuid, private.lift[], text, integer, private.viewer) is
'Returns items with the features that a rater likes more often than others do.';
revoke execute on function private.by_features(uuid, private.lift[], text, integer, private.viewer) from public;

-- source: sql/private/recommend/sources/collaborative.sql
-- Helper. User-based collaborative filtering: returns items that a rater's 50 nearest neighbours rated, without the
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
        limit 50
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

-- source: sql/private/recommend/sources/source_candidates.sql
-- Helper. Returns the candidates that one source proposes for a viewer's list, best first, without the items that
-- private.excluded_items excludes or the viewer may not see.
--   part  the source: liked_together (item model), taste (neighbours), liked (similar descriptions), features (genres,
--         languages, decades and people), trending, popular or newcomer
--   lifts  of the viewer's features, by private.liked_features
-- If the source raises an error, the error is logged and counted and no candidates are returned, so that the list is
-- built from the other sources.
-- It reads the ratings of other raters: only definer functions and workers may call it.
create or replace function private.source_candidates(
    part text, viewer private.viewer, lifts private.lift[], kind text, count integer
)
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
        when 'features' then
            return array(
                select row(l.item_id, source_candidates.part, l.score, source_candidates.part, null::uuid, null::text)::private.proposal
                from private.by_features(
                    v_rater, lifts, source_candidates.kind, source_candidates.count, viewer
                ) as l
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
comment on function private.source_candidates(text, private.viewer, private.lift[], text, integer) is
'Returns the candidates that one source proposes for a list.';
revoke execute on function private.source_candidates(text, private.viewer, private.lift[], text, integer) from public;

-- source: sql/access/feature_items.sql
-- Definer functions and the worker read these; no client needs them.
alter table private.feature_items enable row level security;
revoke all on private.feature_items from anon, authenticated;
grant all on private.feature_items to service_role;

-- source: sql/access/feature_shares.sql
-- Definer functions and the worker read the shares; no client needs them.
alter table private.feature_shares enable row level security;
revoke all on private.feature_shares from anon, authenticated;
grant all on private.feature_shares to service_role;

-- source: sql/access/item_features.sql
-- Definer functions read this view; no client needs it.
revoke all on private.item_features from anon, authenticated, service_role;

-- source: sql/rpc/recommend/get_collaborative_recommendations.sql
-- Lists unrated items that users with similar ratings liked.
-- It uses the 50 nearest neighbours: users who rated many of the same items and agree on them. An item's score is the
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

-- source: sql/rpc/recommend/get_genre_rows.sql
-- Lists items by the acting profile's favourite genres: one row of items for each genre.
-- Favourite genres are those that the profile likes more often than others do, then those that it likes most, then the
-- most common ones. Items that the profile rated, disliked, dismissed or finished, or may not see, are left out; an
-- item is in one row only.
--   genres  maximum number of rows, 1 to 10, default 5
--   count   maximum number of items in a row, 1 to 50, default 12
--   kind    movie, tv_show, sports or book, default movie
-- Returns genre (its name), row_number (1 for the first row), id, kind, title, overview, year, language, image, score
-- (the recommendation's; 0 for an item that only fills up the row); in the order to show.
-- Raises 22023 for a parameter out of range, named in detail.field; 42501, PT404 and kids_mode for a profile in the
-- header x-profile-id, as get_recommendations for profile_id.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_genre_rows {"genres": 3, "count": 10}
-- Example response: [{"genre": "Science Fiction", "row_number": 1, "id": "84ef…", "kind": "movie", "title": "Brazil",
-- "overview": "In a retro-futuristic bureaucracy choked by …", "year": 1985, "language": "en", "image": null, "score":
-- 0.93}, …]
create or replace function public.get_genre_rows(
    genres integer default 5, count integer default 12, kind text default 'movie'
)
returns setof public.genre_row_item
language plpgsql stable rows 60 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_genres integer := coalesce(get_genre_rows.genres, 5);
    v_count integer := coalesce(get_genre_rows.count, 12);
begin
    perform private.check_range('genres', v_genres, 1, 10);
    perform private.check_range('count', v_count, 1, 50);
    perform private.check_kind(get_genre_rows.kind);
    return query
    select
        r.genre, r.row_number, c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, r.score
    from private.genre_rows(coalesce(get_genre_rows.kind, 'movie'), v_genres, v_count) as r
    join public.catalog_items as c on c.id = r.item_id
    order by r.row_number, r.place;
end
$$;
comment on function public.get_genre_rows(integer, integer, text) is
'Lists items by the acting profile''s favourite genres, one row each.';
revoke execute on function public.get_genre_rows(integer, integer, text) from public;
grant execute on function public.get_genre_rows(integer, integer, text) to anon, authenticated, service_role;

-- source: sql/rpc/recommend/get_recommendations.sql
-- Recommends items to watch or read next, each with a reason.
-- The list blends several sources, by the weights in recommendation_weights: items often liked together with items that
-- the profile rated (item model), items liked by users with similar taste, items whose description is similar to liked
-- items, items with the genres, languages, decades and people of liked items, trends in the profile's languages, and
-- popular items. Items with what the profile likes more often than others do then rise, others fall, popular ones too.
-- Items that the profile rated, disliked, dismissed or finished, or may not see, are left out.
--   count       maximum number of items, 1 to 200, default 20
--   kind        movie, tv_show, sports or book; if omitted, all kinds
--   diversity   0 to 1, default 0.3: 0 sorts by score alone, 1 by dissimilarity of descriptions and genres alone, among
--               the best 60 items or more (re-ranking by MMR)
--   profile_id  one of your own profiles; if omitted, the acting profile; the service may send any profile's id
-- Returns id, kind, title, overview, year, language, image, score (the highest is 1), reason_code, reason (a sentence),
-- because_of (the id of the liked item that the reason names); in the order to show. Ten items in a row have at most
-- two reasons of one code, as long as something else is true of the item. Reason codes: liked_together, taste, liked (a
-- similar description), same_director, same_actor, same_keyword, same_genre, same_language, same_decade, highly_rated,
-- popular_in_language, popular_in_country, popular, and rated (nothing more specific is true).
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
            when 'liked_together' then 'Because you liked ' || b.title
            when 'liked' then 'Similar to ' || b.title
            when 'same_director' then 'Directed by ' || r.subject || ', like ' || b.title
            when 'same_actor' then 'With ' || r.subject || ', as in ' || b.title
            when 'same_keyword' then upper(left(r.subject, 1)) || substr(r.subject, 2) || ', like ' || b.title
            when 'same_genre' then 'Because you like ' || r.subject
            when 'same_language' then 'In ' || coalesce(private.language_name(r.subject), 'its language') || ', like much that you like'
            when 'same_decade' then 'From the ' || r.subject || 's, like much that you like'
            when 'taste' then 'People with your taste liked it'
            when 'highly_rated' then 'Highly rated'
            when 'popular_in_language' then 'Popular in ' || coalesce(private.language_name(r.subject), 'your language')
            when 'popular_in_country' then 'Popular in your country'
            when 'popular' then 'Popular with everyone'
            else 'Because of what you rated'
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
-- Lists items similar to one item: those often liked together with it (item model) and those with a similar
-- description, common people, keywords and genres.
-- The more people rated the item, the more the item model counts: with n published ratings n / (n + 20), and the
-- content the rest. Items with neither a weight in the model nor enough in common are left out, so a list can be
-- shorter than count, or empty.
--   item_id  the item
--   count    maximum number of items, 1 to 200, default 12
-- Returns id, kind, title, overview, year, language, image, score (0 to 1), reason_code (what contributes most to the
-- score: liked_together or alike); best first, all of the item's kind.
-- Raises 22023 for a parameter that is missing or out of range, PT404 for an unknown item; named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_similar_items {"item_id": "0b7e…", "count": 6}
-- Example response: [{"id": "b023…", "kind": "movie", "title": "2001: A Space Odyssey", "overview": "A black monolith
-- appears to prehistoric apes …", "year": 1968, "language": "en", "image": null, "score": 0.91, "reason_code":
-- "liked_together"}, …]
create or replace function public.get_similar_items(item_id uuid default null, count integer default 12)
returns setof public.similar_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_similar_items.count, 12);
    v_viewer private.viewer := private.current_viewer();
    v_share double precision;
begin
    perform private.check_item(get_similar_items.item_id);
    perform private.check_range('count', v_count, 1, 200);
    v_share := (
        select s.rating_count::double precision / (s.rating_count + 20)
        from public.item_stats as s
        where s.item_id = get_similar_items.item_id
    );
    return query
    with together as materialized (
        select n.neighbour_id as item_id, n.weight / max(n.weight) over () as weight
        from public.item_neighbours as n
        join public.items as i on i.id = n.neighbour_id
        join public.items as o on o.id = n.item_id and o.kind = i.kind
        where
            n.model_id = (select private.active_item_model()) and n.item_id = get_similar_items.item_id and n.weight > 0
    ), shares as (
        select t.item_id, coalesce(v_share, 0) * t.weight as share, 'liked_together' as reason_code from together as t
        union all
        select a.item_id, (1 - coalesce(v_share, 0)) * a.score, 'alike'
        from private.alike(get_similar_items.item_id, v_count, v_viewer) as a
    ), summed as (
        select
            s.item_id,
            sum(s.share) as score,
            (array_agg(s.reason_code order by s.share desc, s.reason_code))[1] as reason_code
        from shares as s
        group by s.item_id
    )
    select c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, s.score, s.reason_code
    from summed as s
    join public.catalog_items as c on c.id = s.item_id
    join public.items as i on i.id = get_similar_items.item_id and i.kind = c.kind
    where (select private.is_available(o, v_viewer) from public.items as o where o.id = s.item_id)
    order by s.score desc, c.id
    limit v_count;
end
$$;
comment on function public.get_similar_items(uuid, integer) is 'Lists items similar to one item.';
revoke execute on function public.get_similar_items(uuid, integer) from public;
grant execute on function public.get_similar_items(uuid, integer) to anon, authenticated, service_role;
