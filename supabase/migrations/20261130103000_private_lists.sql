-- Lists and predictions that depend on several people each; dislikes and taking back; counted failures of lists.

set lock_timeout = '10s';
set check_function_bodies = off;

-- It returns one more column.
-- squawk-ignore ban-drop-function
drop function private.rating_residuals(uuid);

-- squawk-ignore ban-drop-constraint
alter table public.interactions drop constraint interactions_type_known;
-- squawk-ignore constraint-missing-not-valid
alter table public.interactions add constraint interactions_type_known
check (type in ('view', 'click', 'share', 'save', 'like', 'dislike', 'complete', 'dismiss', 'undo'));
comment on column public.interactions.type is
'view, click, share, save, like, dislike, complete, dismiss or undo.';

-- How alike a neighbour is, and in how many items, would say whether a certain person is among them.
update private.data_inventory as i set exported_columns = '{rater_id,computed_at}'
where (i.schema_name, i.table_name) = ('public', 'user_similarities');

-- Neighbours and weights of the old rules: neighbours are computed when they are read until they are stored again.
update public.raters as r set similarities_version = -1 where r.similarities_version >= 0;
delete from public.user_similarities;
select private.enqueue('recommend', t.task, '{}', t.task)
from (values ('train_item_model'), ('compare_everybody')) as t (task)
where exists (select from public.recommendation_models);

-- source: sql/private/recommend/feedback.sql
-- The present verdict of each rater on each item, from interactions alone. The latest of like, save, dislike and
-- dismiss counts. An undo takes back every verdict before it. A share or a completion counts for the item, unless the
-- verdict is against it. Events of one time count in the order in which they were received, and none later than that:
-- a client's clock may be fast.
--   liked_at      when the latest event for the item occurred; null where the verdict is against it or taken back
--   is_refused    the verdict is against it: a dislike or a dismissal
--   is_disliked   a dislike
--   is_completed  it was watched to the end
create or replace view private.feedback with (security_invoker = true) as
select
    e.rater_id,
    e.item_id,
    case when e.liked > e.undone and not e.is_refused then e.liked[1] end as liked_at,
    e.is_refused,
    e.is_refused and e.disliked = e.refused as is_disliked,
    e.completed > e.undone as is_completed
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
comment on view private.feedback is 'The present feedback of each rater on each item, from interactions.';

-- source: sql/private/recommend/likings.sql
-- How well each rater liked each item, 0 to 1. A rating counts a fifth of itself. An item that is liked, saved, shared
-- or watched to the end by private.feedback, and not rated, counts four fifths.
-- One row a rater and item: the item model learns from them, and lists by it start from them.
--   is_liked     rated 4 or better, or 3 or better and no worse than the rater's mean
--   is_disliked  rated below 3
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
comment on view private.positive_feedback is 'How well each rater liked each item, by ratings and interactions.';

-- source: sql/private/identity/rater_of_user.sql
-- The rater behind a user id: one's own acting one, or anybody's default one for the service, who may
-- also name a rater itself. Raises 42501 for another user's id, PT404 for an unknown one.
-- Definer: the service's answer must not depend on what the caller may read.
create or replace function private.rater_of_user(user_id uuid) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_rater uuid;
begin
    if user_id is null then
        raise exception 'user_id is missing'
            using errcode = '22023', detail = '{"field": "user_id"}', hint = 'Send your own user id.';
    end if;
    if user_id = private.caller_id() then
        return private.current_rater_id();
    end if;
    if not private.is_service() then
        raise exception 'this user is not you'
            using errcode = '42501', detail = '{"field": "user_id"}', hint = 'Send your own user id.';
    end if;
    select r.id into v_rater
    from public.raters as r
    left join public.profiles as p on p.id = r.profile_id
    where r.id = user_id or (p.account_id = user_id and p.is_default);
    if v_rater is null then
        raise exception 'there is no user %', user_id
            using errcode = 'PT404', detail = '{"field": "user_id"}';
    end if;
    return v_rater;
end
$$;
comment on function private.rater_of_user(uuid) is 'The rater behind a user id, if the caller may act for it.';
revoke execute on function private.rater_of_user(uuid) from public;
grant execute on function private.rater_of_user(uuid) to anon, authenticated, service_role;

-- source: sql/private/recommend/ask_part.sql
-- What one part of a list proposes to a viewer: liked_together, taste, liked, trending, popular or newcomer; best
-- first; nothing that has no place in the viewer's lists.
-- A part that fails proposes nothing, which is logged and counted: the list is made of the rest.
-- Reads others' ratings: for definer functions and workers only.
create or replace function private.source_candidates(part text, viewer private.viewer, kind text, count integer)
returns private.proposal[]
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
declare
    v_rater uuid := viewer.rater_id;
    v_unwanted uuid[];
begin
    if ask_part.part in ('trending', 'popular') then
        v_unwanted := array(select private.excluded_items(v_rater));
    end if;
    case ask_part.part
        when 'liked_together' then
            return array(
                select row(l.item_id, ask_part.part, l.score, ask_part.part, null::uuid, null::text)::private.proposal
                from private.item_based(v_rater, ask_part.kind, ask_part.count, viewer) as l
            );
        when 'taste' then
            return array(
                select row(l.item_id, ask_part.part, l.score, ask_part.part, null::uuid, null::text)::private.proposal
                from private.collaborative(v_rater, ask_part.kind, ask_part.count, viewer) as l
            );
        when 'liked' then
            return array(
                select row(l.item_id, ask_part.part, l.score, ask_part.part, l.because_of, null::text)::private.proposal
                from private.similar_to_liked(v_rater, ask_part.kind, ask_part.count, viewer) as l
            );
        when 'trending' then
            return array(
                select row(l.item_id, ask_part.part, l.score, 'popular_in_language', null::uuid, l.language)::private.proposal
                from private.trending(
                    ask_part.kind, viewer.languages, viewer.country, ask_part.count + cardinality(v_unwanted), viewer
                ) as l
                where l.item_id not in (select unnest(v_unwanted))
            );
        when 'popular' then
            return array(
                select row(l.item_id, ask_part.part, 1 / sqrt(l.place), ask_part.part, null::uuid, null::text)::private.proposal
                from private.popular(ask_part.kind, ask_part.count + cardinality(v_unwanted), viewer) as l
                where l.item_id not in (select unnest(v_unwanted))
            );
        when 'newcomer' then
            return array(
                select row(
                    l.item_id, ask_part.part, 1.0 / l.place, l.reason_code, null::uuid, l.language
                )::private.proposal
                from private.newcomer(viewer, ask_part.kind, ask_part.count) as l
            );
    end case;
exception when others then
    perform private.report_failure(ask_part.part, sqlstate, sqlerrm);
    return '{}';
end
$$;
comment on function private.source_candidates(text, private.viewer, text, integer) is 'What one part of a list proposes.';
revoke execute on function private.source_candidates(text, private.viewer, text, integer) from public;

-- source: sql/private/recommend/aversion.sql
-- How much each item is like the items that a rater rated below 3 or disliked, the latest fifty of them: 0 to 1, the
-- greater of two. By genres: the share of the disliked items that have a genre of the item, the most frequent one,
-- drawn to zero by two items. By descriptions: the greatest cosine similarity. An item that is like none has no row.
-- Reads ratings: for definer functions and workers only.
create or replace function private.aversion(rater_id uuid, item_ids uuid[])
returns table (item_id uuid, aversion double precision)
language sql stable rows 100 set search_path = ''
as $$
    with disliked as materialized (
        select d.item_id
        from (
            select l.item_id, l.liked_at
            from private.positive_feedback as l
            where l.rater_id = aversion.rater_id and l.is_disliked
            union all
            select f.item_id, null
            from private.feedback as f
            where f.rater_id = aversion.rater_id and f.is_disliked
        ) as d
        group by d.item_id
        order by max(d.liked_at) desc nulls last, d.item_id
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
comment on function private.aversion(uuid, uuid[]) is 'How much each item is like the items that a rater disliked.';
revoke execute on function private.aversion(uuid, uuid[]) from public;

-- source: sql/private/recommend/because_of.sql
-- Which of the fifty items a rater liked best says most for each item, by the active item model's weight times how well
-- it was liked; no row where none speaks for it, or where that fails.
-- Reads ratings: for definer functions and workers only.
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
comment on function private.because_of(uuid, uuid[]) is 'Which liked item says most for each item.';
revoke execute on function private.because_of(uuid, uuid[]) from public;

-- source: sql/private/recommend/collaborative.sql
-- Items that a rater's closest 40 neighbours rated and the rater has not: scored by the sum, over neighbours, of
-- affinity times rating / 5; of those that the viewer may see. A list ordered by predicted rating alone would be led by
-- what one neighbour liked.
-- No item depends on few neighbours: five of them must have given it 3 or better, and none adds more to its score than
-- the fifth largest share, so that one neighbour has a fifth of a score at most.
-- Reads others' ratings: for definer functions and workers only.
create or replace function private.collaborative(rater_id uuid, kind text, count integer, viewer private.viewer)
returns table (item_id uuid, score double precision)
language sql stable rows 20 set search_path = ''
as $$
    with closest as materialized (
        select n.neighbour_id, n.affinity
        from private.neighbours(collaborative.rater_id) as n
        where n.affinity > 0
        order by n.affinity desc, n.neighbour_id
        limit 40
    ), rated as (
        select
            o.item_id,
            count(*) filter (where o.rating >= 3) as likes,
            array_agg(n.affinity * o.rating / 5 order by n.affinity * o.rating desc) as shares
        from closest as n
        join public.ratings as o on o.rater_id = n.neighbour_id
        group by o.item_id
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
'Items that a rater''s closest neighbours liked.';
revoke execute on function private.collaborative(uuid, text, integer, private.viewer) from public;

-- source: sql/private/recommend/diversify.sql
-- The order in which to list items, given best first with scores of at most 1: maximal marginal relevance (Carbonell,
-- Goldstein, SIGIR 1998). Each place goes to the item with the highest (1 - w) * score - w * (greatest cosine
-- similarity to those already placed), where w is diversity squared: 0 keeps the order, 1 minds unlikeness alone. An
-- item without a vector is like no other. Equal ones stay in order; where vectors cannot be read, all do.
-- An item's similarity to those placed only grows, so it is brought up to date only where the item could still be best.
-- Returns places in the list given, as many as count says.
create or replace function private.rerank_by_mmr(
    list private.proposal[], diversity real, count integer
) returns integer[]
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
declare
    v_size integer := cardinality(list);
    v_share double precision := diversity * diversity;
    -- What each item has if it is like no other, the greatest first.
    v_alone double precision[];
    v_vectors extensions.vector[];
    v_alike double precision[] := array_fill(0::double precision, array[v_size]);
    -- To how many of those placed each item was compared.
    v_compared integer[] := array_fill(0, array[v_size]);
    v_left boolean[] := array_fill(true, array[v_size]);
    v_order integer[] := '{}';
    v_best integer;
    v_highest double precision;
begin
    if v_share = 0 then
        return array(select generate_series(1, least(diversify.count, v_size)));
    end if;
    v_alone := array(select (1 - v_share) * l.score from unnest(list) with ordinality as l order by l.ordinality);
    v_vectors := array(
        select e.embedding
        from unnest(list) with ordinality as l
        left join public.item_embeddings as e on e.item_id = l.item_id
        order by l.ordinality
    );
    for v_turn in 1..least(diversify.count, v_size) loop
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
    return array(select generate_series(1, least(diversify.count, v_size)));
end
$$;
comment on function private.rerank_by_mmr(private.proposal[], real, integer) is
'The order in which items are good and unlike each other.';
revoke execute on function private.rerank_by_mmr(private.proposal[], real, integer) from public;

-- source: sql/private/recommend/item_based.sql
-- What the active item model gives for what a rater rated: the sum of its weights times rating / 5, over the thousand
-- best liked, without those rated below 2. The latest tenth, what came after the latest of the others, counts half
-- more. Ratings are read as they are now, so one given now changes the next list.
-- The packed weights are summed by value of rating, in C, and multiplied once a value. An item is listed
-- if the liked ones alone speak for it too. What the viewer may not see or the rater does not want is passed over.
-- Reads ratings: for definer functions and workers only.
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
'What goes together with what a rater rated well.';
revoke execute on function private.item_based(uuid, text, integer, private.viewer) from public;

-- source: sql/private/recommend/item_level.sql
-- An item's mean rating, drawn to the mean of all by as much as five ratings would. Of fewer than five ratings nothing
-- is derived: such an item has the mean of all.
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
'An item''s mean rating, drawn to the mean of all.';
revoke execute on function private.item_baseline(double precision, integer, double precision) from public;
grant execute on function private.item_baseline(double precision, integer, double precision) to service_role;

-- source: sql/private/recommend/newcomer.sql
-- A list for a viewer who liked nothing so far: popular items, spread over genres, without those that are like the
-- items that the viewer disliked.
--   viewer  who looks; what it may see, and not what its rater has no use for
--   kind    none: all of them
--   count   how many at most
-- An item weighs by its places, each 1 / log2(1 + place): among the popular ones, among those that trend in the
-- viewer's languages, and, if as many as asked trend there, in the viewer's country. Items in another language than
-- the viewer's come after those in one of them, or in none that is known. The weight falls with private.aversion, and
-- is 0 from two thirds on: such an item is left out.
-- Reason codes: popular_in_country, popular_in_language (language says which), popular.
-- Reads what others must not: for definer functions and workers only.
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
'A list for a viewer who liked nothing so far.';
revoke execute on function private.newcomer(private.viewer, text, integer) from public;

-- source: sql/private/recommend/onboarding.sql
-- Items to ask the acting profile to rate, spread over genres: of the 200 most popular, by the root of how many rated
-- them times the standard deviation of what they gave (in the manner of Rashid and others, IUI 2002). Those that tell
-- nothing so, for nobody or one alone rated them, come after, as popular as they are. Leaves out what the profile
-- rated, disliked or dismissed, and what it may not see.
-- Definer: it asks what the caller rated, and anon may not read ratings.
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
comment on function private.onboarding(text, integer) is 'Items to ask the acting profile to rate.';
revoke execute on function private.onboarding(text, integer) from public;
grant execute on function private.onboarding(text, integer) to anon, authenticated, service_role;

-- source: sql/private/recommend/rarity_limit.sql
-- How many raters an item may have and still be rare: a thirtieth of all raters, at least 10 and at most 20. A common
-- rating of a rare item says who somebody is, so that neighbours and item models leave it out.
-- Stops counting raters where the answer no longer changes.
create or replace function private.rarity_limit() returns integer
language sql stable set search_path = ''
as $$
    select greatest(10, count(*)::integer / 30) from (select from public.raters limit 600) as r
$$;
comment on function private.rarity_limit() is 'How many raters an item may have and still be rare.';
revoke execute on function private.rarity_limit() from public;
grant execute on function private.rarity_limit() to service_role;

-- source: sql/private/recommend/report_failure.sql
-- Log that a source of lists failed, and notify the jobs worker, which counts it (cinefluent_list_failures_total).
-- Works in a read-only transaction, as lists are made in one. Quoted values of the message are left out, since they may
-- be personal: text between double quotes after a colon, and ids.
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
comment on function private.report_failure(text, text, text) is 'Log and count that a source of lists failed.';
revoke execute on function private.report_failure(text, text, text) from public;

-- source: sql/rpc/recommend/get_collaborative_recommendations.sql
-- What people whose ratings run like the user's liked and the user has not rated.
-- Neighbours are those who rated most of the same and agree on it; ordered by the sum over them, each weighted by how
-- much of either's ratings is common, how well they agree where many common ratings say so, and what they gave.
-- No item is listed by fewer than five neighbours, and ratings of items that few people rated do not count.
--   user_id  one's own id; the service may name anybody's, or a rater
--   count    how many at most, 1 to 200, default 20
-- Returns id, kind, title, overview, year, language, image, predicted_rating (as predict_rating), score; best first.
-- Raises 22023 for a parameter missing or out of range, 42501 for another user's id, PT404 for an unknown one.
-- Roles: authenticated, service_role.
-- Example: rpc/get_collaborative_recommendations {"user_id": "5d3c…", "count": 10}
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
    -- Asked before the query: a plan that needs no list would not call what refuses.
    perform private.rater_of_user(get_collaborative_recommendations.user_id);
    return query
    select c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, l.predicted_rating, l.score
    from private.collaborative_for_user(get_collaborative_recommendations.user_id, v_count) as l
    join public.catalog_items as c on c.id = l.item_id
    order by l.score desc, c.id;
end
$$;
comment on function public.get_collaborative_recommendations(uuid, integer) is
'What people whose ratings run like the user''s liked.';
revoke execute on function public.get_collaborative_recommendations(uuid, integer) from public;
grant execute on function public.get_collaborative_recommendations(uuid, integer) to authenticated, service_role;

-- source: sql/rpc/recommend/predict_rating.sql
-- What a user would give to an item: the item's mean, plus how far the user rates above the means of items, plus how
-- the neighbours who rate alike departed from as much, and the user's own ratings of items that are rated alike.
-- Counts from the first rating on, at once; a user without ratings gets the item's mean, drawn to that of all.
--   user_id  one's own id; the service may name anybody's, or a rater
--   item_id  the item
-- Returns a number from 0.5 to 5.0 in tenths; null when fewer than five people have rated the item.
-- Raises 22023 for a parameter missing, 42501 for another user's id, PT404 for an unknown user or item.
-- Roles: authenticated, service_role.
-- Example: rpc/predict_rating {"user_id": "5d3c…", "item_id": "0b7e…"}
create or replace function public.predict_rating(user_id uuid default null, item_id uuid default null)
returns double precision
language plpgsql stable set search_path = ''
as $$
begin
    perform private.check_item(item_id);
    return private.predict_for_user(user_id, item_id);
end
$$;
comment on function public.predict_rating(uuid, uuid) is 'What a user would give to an item.';
revoke execute on function public.predict_rating(uuid, uuid) from public;
grant execute on function public.predict_rating(uuid, uuid) to authenticated, service_role;
