-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- squawk-ignore ban-drop-function
drop function private.collaborative(uuid, text, integer);

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

-- source: sql/private/recommend/collaborative.sql
-- What a rater's closest 40 neighbours rated and the rater has not: scored by the sum, over neighbours, of affinity
-- times rating / 5; of what the viewer may see. A list ordered by predicted rating alone would be led by what one
-- neighbour liked.
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
    ), scored as (
        select o.item_id, sum(n.affinity * o.rating / 5) as score
        from closest as n
        join public.ratings as o on o.rater_id = n.neighbour_id
        where o.item_id not in (select private.excluded_items(collaborative.rater_id))
        group by o.item_id
    )
    select s.item_id, s.score
    from scored as s
    join public.items as i on i.id = s.item_id and (collaborative.kind is null or i.kind = collaborative.kind)
    where private.is_available(i, viewer)
    order by s.score desc, s.item_id
    limit collaborative.count
$$;
comment on function private.collaborative(uuid, text, integer, private.viewer) is
'What a rater''s nearest neighbours liked.';
revoke execute on function private.collaborative(uuid, text, integer, private.viewer) from public;

-- source: sql/private/recommend/collaborative_for_user.sql
-- private.collaborative for a user id, where the caller may ask, each item with its predicted rating.
-- Raises as private.rater_of_user.
-- Definer: scores and predictions read others' ratings; none of them is returned.
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
    select l.item_id, p.predicted_rating, l.score
    from listed as l
    left join private.predict(v_rater, array(select item_id from listed)) as p on p.item_id = l.item_id;
end
$$;
comment on function private.collaborative_for_user(uuid, integer) is
'What a user''s nearest neighbours liked, if the caller may ask.';
revoke execute on function private.collaborative_for_user(uuid, integer) from public;
grant execute on function private.collaborative_for_user(uuid, integer) to authenticated, service_role;
