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
