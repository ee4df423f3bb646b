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
