-- Helper. Content-based candidates for a narrow taste: popular items with the features that a rater likes much more
-- often than others do, and items of the directors and actors of liked items, best first. Through this source, items
-- that few people rated can enter a list; it reads no other rater's ratings but published figures.
--   lifts     of the rater, by private.liked_features
--   features  the six with the greatest lift above 2 and at least two liked items. An item
--             scores (lift - 2) / ln(2 + rank) for each that it has, by its rank in private.feature_items
--   people    a director of a liked item, and an actor of two or more liked items, billed third or better; an item
--             scores 0.5 for each director and 0.25 for each actor
-- Items that private.excluded_items excludes or the viewer may not see are left out.
-- It reads ratings: only definer functions and workers may call it.
create or replace function private.by_features(
    rater_id uuid, lifts private.lift[], kind text, count integer, viewer private.viewer
)
returns table (item_id uuid, score double precision)
language plpgsql stable rows 20 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
    return query
    with strong as materialized (
        select l.feature, l.value, l.lift - 2 as strength
        from unnest(by_features.lifts) as l
        where l.items >= 2 and l.lift > 2
        order by l.lift desc, l.feature, l.value
        limit 6
    ), people as materialized (
        select c.person_id, c.job
        from (
            select l.item_id
            from private.positive_feedback as l
            where l.rater_id = by_features.rater_id and l.is_liked
            order by l.weight desc, l.liked_at desc, l.item_id
            limit 50
        ) as l
        join public.credits as c on c.item_id = l.item_id and c.job in ('director', 'actor') and c.position <= 3
        group by c.person_id, c.job
        having c.job = 'director' or count(*) >= 2
        order by count(*) desc, c.person_id
        limit 20
    ), shared as (
        select i.item_id, s.strength / ln(2::double precision + i.rank) as score
        from strong as s
        join private.feature_items as i on i.feature = s.feature and i.value = s.value
        where by_features.kind is null or i.kind = by_features.kind
        union all
        select c.item_id, case c.job when 'director' then 0.5 else 0.25 end
        from people as p
        join public.credits as c on c.person_id = p.person_id and c.job = p.job and c.position <= 3
    ), summed as (
        select s.item_id, sum(s.score) as score
        from shared as s
        where s.item_id not in (select u.item_id from private.excluded_items(by_features.rater_id) as u (item_id))
        group by s.item_id
    )
    select s.item_id, s.score
    from summed as s
    join public.items as i on i.id = s.item_id and (by_features.kind is null or i.kind = by_features.kind)
    where private.is_available(i, viewer)
    order by s.score desc, s.item_id
    limit by_features.count;
end
$$;
comment on function private.by_features(uuid, private.lift[], text, integer, private.viewer) is
'Returns items with the features that a rater likes more often than others do.';
revoke execute on function private.by_features(uuid, private.lift[], text, integer, private.viewer) from public;
