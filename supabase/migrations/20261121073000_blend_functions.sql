-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- source: sql/private/catalog/language_name.sql
-- The English name of a language that sentences name; null for one that is not among them. Clients that show another
-- language go by the reason's code.
create or replace function private.language_name(code text) returns text
language sql immutable set search_path = ''
as $$
    select '{
        "ar": "Arabic", "bn": "Bengali", "cn": "Cantonese", "cs": "Czech", "da": "Danish",
        "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "fa": "Persian",
        "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian",
        "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch",
        "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
        "sv": "Swedish", "ta": "Tamil", "te": "Telugu", "th": "Thai", "tr": "Turkish",
        "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese"
    }'::jsonb ->> language_name.code
$$;
comment on function private.language_name(text) is 'The English name of a language.';
revoke execute on function private.language_name(text) from public;
grant execute on function private.language_name(text) to anon, authenticated, service_role;

-- source: sql/private/recommend/ask_part.sql
-- What one part of a list proposes to a viewer: liked_together, taste, liked, trending, popular or newcomer; best
-- first.
-- A part that fails proposes nothing, and the log tells of it: the list is made of the rest.
-- Reads others' ratings: for definer functions and workers only.
create or replace function private.source_candidates(part text, viewer private.viewer, kind text, count integer)
returns private.proposal[]
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
declare
    v_rater uuid := viewer.rater_id;
begin
    case ask_part.part
        when 'liked_together' then
            return array(
                select row(l.item_id, ask_part.part, l.score, ask_part.part, null::uuid, null::text)::private.proposal
                from private.item_based(v_rater, ask_part.kind, ask_part.count, viewer) as l
            );
        when 'taste' then
            return array(
                select row(l.item_id, ask_part.part, l.score, ask_part.part, null::uuid, null::text)::private.proposal
                from private.collaborative(v_rater, ask_part.kind, ask_part.count) as l
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
                    ask_part.kind, viewer.languages, viewer.country, ask_part.count, viewer
                ) as l
            );
        when 'popular' then
            return array(
                select row(l.item_id, ask_part.part, 1 / sqrt(l.place), ask_part.part, null::uuid, null::text)::private.proposal
                from private.popular(ask_part.kind, ask_part.count, viewer) as l
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
language plpgsql stable rows 20 set search_path = ''
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
        select l.item_id, l.weight, w.weights::extensions.vector::real[] as weights
        from liked as l
        join private.item_weights as w on w.model_id = (select m.id from model as m) and w.item_id = l.item_id
    ), asked as materialized (
        select t.item_id, t.place
        from model as m
        cross join lateral unnest(m.targets) with ordinality as t (item_id, place)
        where t.item_id = any(because_of.item_ids)
    )
    select a.item_id, (array_agg(s.item_id order by s.weight * s.weights[a.place] desc, s.item_id))[1]
    from speaking as s
    cross join asked as a
    where s.weights[a.place] > 0
    group by a.item_id;
exception when others then
    raise log 'the reasons of a list failed: %', sqlstate;
end
$$;
comment on function private.because_of(uuid, uuid[]) is 'Which liked item says most for each item.';
revoke execute on function private.because_of(uuid, uuid[]) from public;

-- source: sql/private/recommend/blend.sql
-- One list of what the parts propose. An item's score is the sum, over the parts that propose it, of the part's weight
-- times its score there by the part's best one, times the factor for the rater's level; the best in the list has 1.
-- It keeps the reason of the part that gave most. Each item once; none that the viewer may not see or does not want.
-- Reads what a rater rated: for definer functions and workers only.
create or replace function private.merge_sources(
    proposals private.proposal[], weights jsonb, viewer private.viewer, kind text, count integer
)
returns setof private.proposal
language plpgsql stable rows 60 set search_path = ''
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
        where p.item_id not in (select u.item_id from private.excluded_items((blend.viewer).rater_id) as u (item_id))
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

-- source: sql/private/recommend/content_based.sql
-- What tells of something like the three items a rater liked best, the latest first among equals: scored by similarity
-- times rating / 5, summed; because_of is the liked item that says most. A kind, or each item's own. It is the way in
-- for what nobody has rated yet. For definer functions and workers only.
create or replace function private.similar_to_liked(rater_id uuid, kind text, count integer, viewer private.viewer)
returns table (item_id uuid, score double precision, because_of uuid)
language sql stable rows 20 set search_path = ''
as $$
    with liked as materialized (
        select l.item_id, l.weight, e.embedding, coalesce(content_based.kind, e.kind) as kind
        from private.positive_feedback as l
        join public.item_embeddings as e on e.item_id = l.item_id
        where l.rater_id = content_based.rater_id and l.is_liked
        order by l.weight desc, l.liked_at desc, l.item_id
        limit 3
    ), unwanted as materialized (
        select u.item_id from private.excluded_items(content_based.rater_id) as u (item_id)
    ), alike as (
        select n.item_id, n.similarity * l.weight as score, l.item_id as because_of
        from liked as l
        cross join lateral private.nearest(
            l.embedding, l.kind, content_based.count + (select count(*) from unwanted)::integer, viewer
        ) as n
        where n.item_id not in (select u.item_id from unwanted as u)
    )
    select a.item_id, sum(a.score), (array_agg(a.because_of order by a.score desc, a.because_of))[1]
    from alike as a
    group by a.item_id
    order by sum(a.score) desc, a.item_id
    limit content_based.count
$$;
comment on function private.similar_to_liked(uuid, text, integer, private.viewer) is
'What tells of something like what a rater liked.';
revoke execute on function private.similar_to_liked(uuid, text, integer, private.viewer) from public;

-- source: sql/private/recommend/diversify.sql
-- The order in which to list items, given best first with scores of at most 1: maximal marginal relevance (Carbonell,
-- Goldstein, SIGIR 1998). Each place goes to the item with the highest (1 - w) * score - w * (greatest cosine
-- similarity to those already placed), where w is diversity squared: 0 keeps the order, 1 minds unlikeness alone. An
-- item without a vector is like no other. Equal ones stay in order; where vectors cannot be read, all do.
-- Returns places in the list given, as many as count says.
create or replace function private.rerank_by_mmr(
    list private.proposal[], diversity real, count integer
) returns integer[]
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
declare
    v_size integer := cardinality(list);
    v_scores double precision[];
    v_share double precision := diversity * diversity;
    v_vectors extensions.vector[];
    v_alike double precision[] := array_fill(0::double precision, array[v_size]);
    v_left boolean[] := array_fill(true, array[v_size]);
    v_order integer[] := '{}';
    v_best integer;
    v_value double precision;
    v_highest double precision;
begin
    if v_share = 0 then
        return array(select generate_series(1, least(diversify.count, v_size)));
    end if;
    v_scores := array(select l.score from unnest(list) with ordinality as l order by l.ordinality);
    v_vectors := array(
        select e.embedding
        from unnest(list) with ordinality as l
        left join public.item_embeddings as e on e.item_id = l.item_id
        order by l.ordinality
    );
    for v_turn in 1..least(diversify.count, v_size) loop
        v_best := null;
        for v_place in 1..v_size loop
            if v_left[v_place] then
                v_value := (1 - v_share) * v_scores[v_place] - v_share * v_alike[v_place];
                if v_best is null or v_value > v_highest then
                    v_best := v_place;
                    v_highest := v_value;
                end if;
            end if;
        end loop;
        v_order := v_order || v_best;
        v_left[v_best] := false;
        if v_vectors[v_best] is not null then
            for v_place in 1..v_size loop
                if v_left[v_place] then
                    v_alike[v_place] := greatest(
                        v_alike[v_place], 1 - (v_vectors[v_place] operator(extensions.<=>) v_vectors[v_best])
                    );
                end if;
            end loop;
        end if;
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
language plpgsql stable rows 20 set search_path = ''
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

-- source: sql/private/recommend/pack_item_model.sql
-- Make the weights of a version ready for lists: whoever has written them into item_neighbours calls this at the end,
-- in the same transaction. The 2,000 most rated items that a weight leads to are its targets: of films on MovieLens,
-- the first thousand held all that was ever listed.
create or replace function private.pack_item_model(model_id bigint) returns void
language plpgsql set search_path = ''
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
        left join public.item_stats as s on s.item_id = t.neighbour_id
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
comment on function private.pack_item_model(bigint) is 'Make the weights of a version ready for lists.';
revoke execute on function private.pack_item_model(bigint) from public;

-- source: sql/private/recommend/part_weights.sql
-- How much each part of a list counts for a rater, by how many ratings it has given (none: 0), as an object.
-- Parts of weight 0, and those that recommendation_weights says nothing of, count next to nothing, so that they
-- come last, in a fixed order. Where the table cannot be read, all do but the item model.
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
                (select r.rating_count from public.raters as r where r.id = part_weights.rater_id), 0
            )
            order by w.part, w.min_ratings desc
        ) as w
    );
exception when others then
    raise log 'the weights of the parts of a list could not be read: %', sqlstate;
    return v_least || '{"liked_together": 1}';
end
$$;
comment on function private.source_weights(uuid) is 'How much each part of a list counts for a rater.';
revoke execute on function private.source_weights(uuid) from public;

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
language plpgsql stable rows 20 security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_viewer private.viewer := private.viewer(profile_id);
    v_unwanted integer := (select count(*) from private.excluded_items(v_viewer.rater_id));
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
                v_part, v_viewer, recommend.kind,
                v_pool + case when v_part in ('trending', 'popular') then v_unwanted else 0 end
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

-- source: sql/access/recommendation_weights.sql
-- The weights are for those who run the database; lists read them through a definer function.
alter table public.recommendation_weights enable row level security;
revoke all on public.recommendation_weights from anon, authenticated;
grant all on public.recommendation_weights to service_role;

drop policy if exists recommendation_weights_all_service on public.recommendation_weights;
create policy recommendation_weights_all_service on public.recommendation_weights
for all to service_role
using (true)
with check (true);
comment on policy recommendation_weights_all_service on public.recommendation_weights is
'The weights are the service''s.';

-- source: sql/rpc/recommend/get_recommendations.sql
-- What to watch or read next: a blend of what a model found to be liked together with what the profile rated, what
-- people with its taste liked, what is like the items it liked, what trends in its languages and what is popular, by
-- the weights in recommendation_weights; never what it rated, disliked, dismissed or finished, nor what it may not see.
--   count       how many at most, 1 to 200, default 20
--   kind        movie, tv_show, sports or book; none: all of them
--   diversity   0 to 1, default 0.3: 0 lists the best first, 1 what is least alike among the best 60 or more
--   profile_id  one of one's own profiles; none: the default one. The service may name any
-- Returns id, kind, title, overview, year, language, image, score (the best of all has 1), reason_code
-- (liked_together, taste, liked, popular_in_language, popular_in_country, popular), reason (a sentence), because_of
-- (the item it names); in the order to show.
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
    v_diversity real := coalesce(get_recommendations.diversity, 0.3);
begin
    perform private.check_range('count', v_count, 1, 200);
    perform private.check_range('diversity', v_diversity, 0, 1);
    perform private.check_kind(get_recommendations.kind);
    -- Asked before the query: a plan that needs no list would not call what refuses.
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
comment on function public.get_recommendations(integer, text, real, uuid) is 'What to watch or read next, and why.';
revoke execute on function public.get_recommendations(integer, text, real, uuid) from public;
grant execute on function public.get_recommendations(integer, text, real, uuid) to anon, authenticated, service_role;
