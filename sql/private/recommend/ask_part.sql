-- Helper. Returns the candidates that one source proposes for a viewer's list, best first, without the items that
-- private.unwanted excludes or the viewer may not see.
--   part  the source: liked_together (item model), taste (neighbours), liked (similar descriptions), trending, popular
--         or newcomer
-- If the source raises an error, the error is logged and counted and no candidates are returned, so that the list is
-- built from the other sources.
-- It reads the ratings of other raters: only definer functions and workers may call it.
create or replace function private.ask_part(part text, viewer private.viewer, kind text, count integer)
returns private.proposal[]
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
declare
    v_rater uuid := viewer.rater_id;
    v_unwanted uuid[];
begin
    if ask_part.part in ('trending', 'popular') then
        v_unwanted := array(select private.unwanted(v_rater));
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
                from private.content_based(v_rater, ask_part.kind, ask_part.count, viewer) as l
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
comment on function private.ask_part(text, private.viewer, text, integer) is
'Returns the candidates that one source proposes for a list.';
revoke execute on function private.ask_part(text, private.viewer, text, integer) from public;
