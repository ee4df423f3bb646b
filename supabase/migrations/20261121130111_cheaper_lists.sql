-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- source: sql/private/recommend/ask_part.sql
-- What one part of a list proposes to a viewer: liked_together, taste, liked, trending, popular or newcomer; best
-- first; nothing that has no place in the viewer's lists.
-- A part that fails proposes nothing, and the log tells of it: the list is made of the rest.
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
    raise log 'the part % of a list failed: %', ask_part.part, sqlstate;
    return '{}';
end
$$;
comment on function private.source_candidates(text, private.viewer, text, integer) is 'What one part of a list proposes.';
revoke execute on function private.source_candidates(text, private.viewer, text, integer) from public;

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
    raise log 'the reasons of a list failed: %', sqlstate;
end
$$;
comment on function private.because_of(uuid, uuid[]) is 'Which liked item says most for each item.';
revoke execute on function private.because_of(uuid, uuid[]) from public;

-- source: sql/private/recommend/blend.sql
-- One list of what the parts propose. An item's score is the sum, over the parts that propose it, of the part's weight
-- times its score there by the part's best one, times the factor for the rater's level; the best in the list has 1.
-- It keeps the reason of the part that gave most. Each item once; none that the viewer may not see.
-- Reads what a rater rated: for definer functions and workers only.
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
            coalesce((blend.weights ->> p.part)::double precision, 0)
            * p.score / nullif(max(p.score) over (partition by p.part), 0) as share
        from unnest(blend.proposals) as p
    ), summed as (
        select s.item_id, sum(s.share) * private.level_factor(s.item_id, (blend.viewer).rater_id) as score
        from shares as s
        group by s.item_id
        having sum(s.share) > 0
    ), wanted as (
        select s.item_id, s.score
        from summed as s
        join public.items as i on i.id = s.item_id and (blend.kind is null or i.kind = blend.kind)
        where private.is_available(i, blend.viewer)
        order by s.score desc, s.item_id
        limit blend.count
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
'One list of what the parts propose.';
revoke execute on function private.merge_sources(private.proposal[], jsonb, private.viewer, text, integer) from public;

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
    raise log 'a list could not be made diverse: %', sqlstate;
    return array(select generate_series(1, least(diversify.count, v_size)));
end
$$;
comment on function private.rerank_by_mmr(private.proposal[], real, integer) is
'The order in which items are good and unlike each other.';
revoke execute on function private.rerank_by_mmr(private.proposal[], real, integer) from public;

-- source: sql/private/recommend/item_based.sql
-- What the active item model gives for what a rater rated: the sum of its weights times rating / 5, over the thousand
-- best liked. Ratings are read as they are now, so one given now changes the next list.
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
    ), liked as materialized (
        select l.item_id, l.weight, l.is_liked
        from private.positive_feedback as l
        where l.rater_id = item_based.rater_id
        order by l.weight desc, l.liked_at desc, l.item_id
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

-- source: sql/private/recommend/recommend.sql
-- A profile's list. Each part that counts for people with as many ratings proposes items; private.merge_sources makes one list
-- of them, and private.rerank_by_mmr puts it in order. Parts of next to no weight are asked only where the others do not
-- fill the list. Somebody of whom nothing is known gets private.newcomer's list. A part that fails is left out.
-- Raises as private.viewer. No profile at all (anon): a newcomer's list.
-- Definer: scores read others' ratings; none of them is returned.
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
        when exists (select from private.positive_feedback as l where l.rater_id = v_viewer.rater_id)
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
    select l.item_id, l.place, l.score, l.reason_code, coalesce(l.because_of, b.because_of), l.language
    from listed as l
    left join private.because_of(
        v_viewer.rater_id, array(select t.item_id from listed as t where t.reason_code = 'liked_together')
    ) as b on b.item_id = l.item_id
    order by l.place;
end
$$;
comment on function private.recommend(uuid, text, integer, real) is
'A profile''s list of recommendations, if the caller may ask.';
revoke execute on function private.recommend(uuid, text, integer, real) from public;
grant execute on function private.recommend(uuid, text, integer, real) to anon, authenticated, service_role;
