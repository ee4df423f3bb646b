-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- source: sql/private/recommend/likings.sql
-- What each rater thought well of, and how well, 0 to 1: a rating counts a fifth of itself; liked, saved, shared or
-- watched to the end without a rating or a dislike counts as four of five. is_liked: rated 3 or better, or no worse
-- than the rater's mean. One row a rater and item: what the item model learns from, and lists by it start from.
create or replace view private.positive_feedback with (security_invoker = true) as
select
    r.rater_id,
    r.item_id,
    r.rating::double precision / 5 as weight,
    r.updated_at as liked_at,
    r.rating >= 3 or r.rating * o.rating_count >= o.rating_sum as is_liked
from public.ratings as r
inner join public.raters as o on r.rater_id = o.id
union all
select
    i.rater_id,
    i.item_id,
    0.8::double precision as weight,
    max(i.occurred_at) as liked_at,
    true as is_liked
from public.interactions as i
where
    i.type in ('like', 'save', 'share', 'complete')
    and not exists (
        select
        from public.ratings as r
        where r.rater_id = i.rater_id and r.item_id = i.item_id
    )
    and not exists (
        select
        from public.interactions as d
        where d.rater_id = i.rater_id and d.item_id = i.item_id and d.type in ('dislike', 'dismiss')
    )
group by i.rater_id, i.item_id;
comment on view private.positive_feedback is 'What each rater thought well of, by ratings and interactions.';

-- source: sql/private/recommend/item_based.sql
-- What the active item model gives for all that a rater rated: the sum of its weights times rating / 5; because_of is
-- the liked item that says most. Ratings are read as they are now, so one given now changes the next list.
-- Offset 0 keeps the planner from reading the whole model for a heavy rater; work_mem keeps what it reads in memory.
-- Reads ratings: for definer functions and workers only.
create or replace function private.item_based(rater_id uuid, kind text, count integer)
returns table (item_id uuid, score double precision, because_of uuid)
language sql stable rows 20 set search_path = '' set work_mem = '32MB'
as $$
    with weighed as materialized (
        select n.neighbour_id as item_id, l.item_id as because_of, l.weight * n.weight as score, l.is_liked
        from private.positive_feedback as l
        cross join lateral (
            select w.neighbour_id, w.weight
            from public.item_neighbours as w
            where w.model_id = (select private.active_item_model()) and w.item_id = l.item_id
            offset 0
        ) as n
        where l.rater_id = item_based.rater_id
    ), scored as (
        select w.item_id, sum(w.score) as score
        from weighed as w
        where w.item_id not in (select private.excluded_items(item_based.rater_id))
        group by w.item_id
        having sum(w.score) > 0 and bool_or(w.is_liked and w.score > 0)
    ), best as (
        select s.item_id, s.score
        from scored as s
        join public.items as i on i.id = s.item_id and (item_based.kind is null or i.kind = item_based.kind)
        order by s.score desc, s.item_id
        limit item_based.count
    )
    select
        b.item_id,
        b.score,
        (array_agg(w.because_of order by w.score desc, w.because_of) filter (where w.is_liked and w.score > 0))[1]
    from best as b
    join weighed as w on w.item_id = b.item_id
    group by b.item_id, b.score
    order by b.score desc, b.item_id
$$;
comment on function private.item_based(uuid, text, integer) is 'What goes together with what a rater rated well.';
revoke execute on function private.item_based(uuid, text, integer) from public;

-- source: sql/private/recommend/item_model.sql
-- The version of the item model that lists read; null where none is active.
create or replace function private.active_item_model() returns bigint
language sql stable set search_path = ''
as $$
    select m.id from public.recommendation_models as m where m.name = 'liked_together' and m.is_active
$$;
comment on function private.active_item_model() is 'The version of the item model that lists read.';
revoke execute on function private.active_item_model() from public;
grant execute on function private.active_item_model() to anon, authenticated, service_role;

-- source: sql/private/recommend/recommend.sql
-- A profile's list: by the item model first, then collaborative, by content, popular; nothing twice, nothing unwanted.
-- What comes later is asked only where what comes first does not fill the list.
-- Raises as private.rater_of_profile. No profile at all (anon): popular.
-- Definer: scores read others' ratings; none of them is returned.
create or replace function private.recommend(profile_id uuid, kind text, count integer)
returns table (item_id uuid, place bigint, score double precision, reason_code text, because_of uuid)
language plpgsql stable rows 20 security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_rater uuid := private.rater_of_profile(profile_id);
begin
    return query
    with unwanted as materialized (
        select u.item_id from private.excluded_items(v_rater) as u (item_id)
    ), together as materialized (
        select t.item_id, t.score, t.because_of
        from private.item_based(v_rater, recommend.kind, recommend.count) as t
    ), collaborative as materialized (
        select c.item_id, c.score
        from private.collaborative(
            case when (select count(*) from together) < recommend.count then v_rater end,
            recommend.kind, recommend.count * 2
        ) as c
    ), preferred as (
        select t.item_id from together as t
        union
        select c.item_id from collaborative as c
    ), content as materialized (
        select c.item_id, c.score, c.because_of
        from private.similar_to_liked(
            case when (select count(*) from preferred) < recommend.count then v_rater end,
            recommend.kind, recommend.count * 3
        ) as c
    ), popular as (
        select p.item_id, p.place
        from private.popular(recommend.kind, recommend.count * 4 + (select count(*) from unwanted)::integer) as p
        where p.item_id not in (select u.item_id from unwanted as u)
    ), candidates as (
        select t.item_id, 0 as tier, t.score, 'liked_together' as reason_code, t.because_of from together as t
        union all
        select c.item_id, 1, c.score, 'taste', null from collaborative as c
        union all
        select c.item_id, 2, c.score, 'liked', c.because_of from content as c
        union all
        select p.item_id, 3, 1.0 / p.place, 'popular', null from popular as p
    ), once as (
        select distinct on (c.item_id) c.* from candidates as c order by c.item_id, c.tier
    )
    select o.item_id, row_number() over (order by o.tier, o.score desc, o.item_id), o.score, o.reason_code, o.because_of
    from once as o
    order by 2
    limit recommend.count;
end
$$;
comment on function private.recommend(uuid, text, integer) is
'A profile''s list of recommendations, if the caller may ask.';
revoke execute on function private.recommend(uuid, text, integer) from public;
grant execute on function private.recommend(uuid, text, integer) to anon, authenticated, service_role;

-- source: sql/access/item_neighbours.sql
-- Weights between items name nobody and are everybody's to read, of whatever version.
alter table public.item_neighbours enable row level security;
revoke all on public.item_neighbours from anon, authenticated;
grant select on public.item_neighbours to anon, authenticated;
grant all on public.item_neighbours to service_role;

drop policy if exists item_neighbours_select_everybody on public.item_neighbours;
create policy item_neighbours_select_everybody on public.item_neighbours
for select to anon, authenticated
using (true);
comment on policy item_neighbours_select_everybody on public.item_neighbours is
'Similar items are found as the caller.';

-- source: sql/access/recommendation_models.sql
-- Models name nobody and are everybody's to read.
alter table public.recommendation_models enable row level security;
revoke all on public.recommendation_models from anon, authenticated;
grant select on public.recommendation_models to anon, authenticated;
grant all on public.recommendation_models to service_role;

drop policy if exists recommendation_models_select_everybody on public.recommendation_models;
create policy recommendation_models_select_everybody on public.recommendation_models
for select to anon, authenticated
using (true);
comment on policy recommendation_models_select_everybody on public.recommendation_models is
'Similar items are found as the caller, by the active model.';

-- source: sql/rpc/recommend/get_recommendations.sql
-- What to watch or read next: what a model found to be liked together with what the profile liked, then what people
-- with its taste liked, then what is like the items it liked, then what is popular; never what it rated, disliked,
-- dismissed or finished.
--   count       how many at most, 1 to 200, default 20
--   kind        movie, tv_show, sports or book; none: all of them
--   diversity   0 to 1, default 0.3; checked, without effect so far
--   profile_id  one of one's own profiles; none: the default one. The service may name any
-- Returns id, kind, title, overview, year, language, image, score (comparable within a reason), reason_code
-- (liked_together, taste, liked, popular), reason (a sentence), because_of (the item it names); best first.
-- Raises 22023 for a parameter out of range, 42501 for another user's profile, PT404 to the service for one that is
-- not there; named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_recommendations {"count": 10, "kind": "movie"}
create or replace function public.get_recommendations(
    count integer default 20, kind text default null, diversity real default 0.3, profile_id uuid default null
)
returns setof public.recommended_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_recommendations.count, 20);
begin
    perform private.check_range('count', v_count, 1, 200);
    perform private.check_range('diversity', coalesce(get_recommendations.diversity, 0.3), 0, 1);
    perform private.check_kind(get_recommendations.kind);
    return query
    select
        c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, r.score, r.reason_code,
        case r.reason_code
            when 'taste' then 'People with your taste liked it'
            when 'liked_together' then format('Because you liked %s', b.title)
            when 'liked' then format('Because you liked %s', b.title)
            when 'popular' then 'Popular with everyone'
        end,
        r.because_of
    from private.recommend(get_recommendations.profile_id, get_recommendations.kind, v_count) as r
    join public.catalog_items as c on c.id = r.item_id
    left join public.catalog_items as b on b.id = r.because_of
    order by r.place;
end
$$;
comment on function public.get_recommendations(integer, text, real, uuid) is 'What to watch or read next, and why.';
revoke execute on function public.get_recommendations(integer, text, real, uuid) from public;
grant execute on function public.get_recommendations(integer, text, real, uuid) to anon, authenticated, service_role;

-- source: sql/rpc/recommend/get_similar_items.sql
-- Items like one: first those the active model found to be liked together, then those that tell of something alike.
--   item_id  the item
--   count    how many at most, 1 to 200, default 12
-- Returns id, kind, title, overview, year, language, image, score, reason_code (liked_together with the model's
-- weight as score, alike with the cosine similarity); best first, of the same kind.
-- Raises 22023 for a parameter missing or out of range, PT404 for an unknown item; named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_similar_items {"item_id": "0b7e…", "count": 6}
create or replace function public.get_similar_items(item_id uuid default null, count integer default 12)
returns setof public.similar_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_similar_items.count, 12);
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
        cross join lateral private.nearest(e.embedding, e.kind, v_count + 1) as n
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
    order by l.tier, l.score desc, c.id
    limit v_count;
end
$$;
comment on function public.get_similar_items(uuid, integer) is 'Items like one.';
revoke execute on function public.get_similar_items(uuid, integer) from public;
grant execute on function public.get_similar_items(uuid, integer) to anon, authenticated, service_role;
