-- Helper. Returns a list for a viewer who has not liked anything yet: popular items of different genres, without items
-- similar to those that the viewer disliked.
--   viewer  items this viewer may not see, or that private.excluded_items excludes, are left out
--   kind    null: all kinds
--   count   the maximum number of items
-- An item's weight is the sum of 1 / log2(1 + rank) over up to three rankings: popular items, items that trend in the
-- viewer's languages, and, if at least count items trend there, items that trend in the viewer's country. Items in
-- another language come after items in one of the viewer's languages or without a known language. The weight is
-- multiplied by 1 - 1.5 * private.aversion; items with an aversion of 2/3 or more are left out.
-- private.diversify_by_genre orders the rest.
-- Reason codes: popular_in_country, popular_in_language (language contains it), popular.
-- It reads the ratings of the viewer: only definer functions and workers may call it.
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
'Returns a list of popular items for a viewer who has not liked anything yet.';
revoke execute on function private.newcomer(private.viewer, text, integer) from public;
