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
    v_unwanted uuid[] := array(select private.unwanted(viewer.rater_id));
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
    cross join lateral private.spread(coalesce(p.candidates, '{}'), newcomer.count) as s
    join wanted as w on w.item_id = s.item_id
    order by s.place;
end
$$;
comment on function private.newcomer(private.viewer, text, integer) is
'A list for a viewer who liked nothing so far.';
revoke execute on function private.newcomer(private.viewer, text, integer) from public;
