-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

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
        select l.item_id, l.weight, w.weights::extensions.vector as weights
        from liked as l
        join private.item_weights as w on w.model_id = (select m.id from model as m) and w.item_id = l.item_id
    ), asked as materialized (
        select t.item_id, t.place
        from model as m
        cross join lateral unnest(m.targets) with ordinality as t (item_id, place)
        where t.item_id = any(because_of.item_ids)
    )
    select distinct on (a.item_id) a.item_id, s.item_id
    from asked as a
    cross join speaking as s
    cross join lateral extensions.inner_product(extensions.subvector(s.weights, a.place::integer, 1), '[1]') as w
    where w > 0
    order by a.item_id, s.weight * w desc, s.item_id;
exception when others then
    raise log 'the reasons of a list failed: %', sqlstate;
end
$$;
comment on function private.because_of(uuid, uuid[]) is 'Which liked item says most for each item.';
revoke execute on function private.because_of(uuid, uuid[]) from public;

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
                v_pool + case
                    when v_part in ('trending', 'popular')
                        then (select count(*) from private.excluded_items(v_viewer.rater_id))::integer
                    else 0
                end
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

-- source: sql/private/search/nearest_documents.sql
-- Documents nearest in meaning to a vector among those that pass the filters, as many as asked for if so many pass; of
-- each kind by itself: there may be many of one that pass, and few of another.
create or replace function private.nearest_documents(
    query_embedding extensions.vector,
    filters private.search_filters,
    viewer private.viewer,
    as_of integer,
    count integer
)
returns table (document integer, similarity double precision)
language sql stable rows 100 set search_path = ''
as $$
    select n.document, n.similarity
    from unnest(array['movie', 'tv_show', 'sports', 'book']) as k (kind)
    cross join lateral private.nearest_filtered(
        query_embedding, k.kind, filters, viewer, as_of, nearest_documents.count
    ) as n
    where query_embedding is not null and (filters.kind is null or filters.kind = k.kind)
    order by n.similarity desc, n.document
    limit nearest_documents.count
$$;
comment on function private.nearest_documents(
    extensions.vector, private.search_filters, private.viewer, integer, integer
) is 'Documents nearest in meaning to a vector among those that pass the filters.';
revoke execute on function private.nearest_documents(
    extensions.vector, private.search_filters, private.viewer, integer, integer
) from public;
grant execute on function private.nearest_documents(
    extensions.vector, private.search_filters, private.viewer, integer, integer
) to anon, authenticated, service_role;

-- source: sql/private/search/nearest_fitting.sql
-- Documents of a kind nearest to a vector among those that pass the filters, as many as asked for if so many pass.
-- Up to 8,000 that fit them are compared one by one, and whether the viewer may see them is asked of the nearest; among
-- more, and without filters, the index is walked until it has enough.
create or replace function private.nearest_filtered(
    query_embedding extensions.vector,
    kind text,
    filters private.search_filters,
    viewer private.viewer,
    as_of integer,
    count integer
)
returns table (document integer, similarity double precision)
language plpgsql stable rows 100 set search_path = '' set random_page_cost = 1.1 set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_few constant integer := 8000;
    v_documents integer[];
    v_items uuid[];
begin
    if num_nonnulls(filters.genre, filters.language, filters.year_from, filters.year_to, filters.tier) > 0 then
        select coalesce(array_agg(f.document), '{}'), array_agg(f.item_id) into v_documents, v_items
        from (
            select d.document, d.item_id
            from private.search_documents as d
            where d.kind = nearest_fitting.kind and private.matches_filters(d, filters)
            limit v_few + 1
        ) as f;
    end if;
    if cardinality(v_documents) <= v_few then
        return query
        select m.document, m.similarity
        from (
            select f.document, f.item_id, 1 - (e.embedding operator(extensions.<=>) query_embedding) as similarity
            from unnest(v_documents, v_items) as f (document, item_id)
            join public.item_embeddings as e on e.item_id = f.item_id
            where f.document <= as_of
            order by similarity desc, f.document
            offset 0
        ) as m
        where (
            select private.is_visible_match(d, i, filters, viewer)
            from private.search_documents as d
            join public.items as i on i.id = d.item_id
            where d.document = m.document
        )
        order by m.similarity desc, m.document
        limit nearest_fitting.count;
    else
        return query
        select n.document, n.similarity
        from private.nearest_by_index(
            query_embedding, nearest_fitting.kind, filters, viewer, as_of, nearest_fitting.count
        ) as n;
    end if;
end
$$;
comment on function private.nearest_filtered(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) is 'Documents of a kind nearest to a vector among those that pass the filters.';
revoke execute on function private.nearest_filtered(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) from public;
grant execute on function private.nearest_filtered(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) to anon, authenticated, service_role;
