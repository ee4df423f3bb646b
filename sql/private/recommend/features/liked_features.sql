-- Helper. Returns how much more or less often a rater likes each feature than an average rater: one row for each row of
-- private.feature_shares; none for a rater who has not liked anything.
--   items  the number of liked items with it, of the 300 that were liked last
--   lift   with p the feature's share of the rater's likings (weighted by rating / 5) and q its share of the catalogue:
--          for genres, of which an item has several, log(p / (1 - p)) - log(q / (1 - q)); for the others log(p / q).
--          p is shrunk to q as if the rater had likings of weight 5 (genres), 10 (decades) or 30 (languages and
--          countries, where one or two likings say little) with shares as in the catalogue. 0: as often as an average
--          rater
-- The features are looked up item by item (offset 0); another join would read those of the whole catalogue.
-- It reads ratings: only definer functions and workers may call it.
create or replace function private.liked_features(rater_id uuid)
returns setof private.lift
language plpgsql stable rows 200 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
    return query
    with liked as materialized (
        select l.item_id, l.weight
        from private.positive_feedback as l
        where l.rater_id = liked_features.rater_id and l.is_liked
        order by l.liked_at desc, l.item_id
        limit 300
    ), mine as materialized (
        select f.feature, f.value, sum(l.weight) as weight, count(*)::integer as items
        from liked as l
        cross join lateral (
            select i.feature, i.value from private.item_features as i where i.item_id = l.item_id offset 0
        ) as f
        group by f.feature, f.value
    ), shares as (
        select
            s.feature,
            s.value,
            s.share as q,
            coalesce(m.items, 0) as items,
            (coalesce(m.weight, 0) + p.prior * s.share) / (t.weight + p.prior) as p
        from private.feature_shares as s
        join (select sum(l.weight) as weight from liked as l) as t on t.weight > 0
        cross join lateral (select case s.feature when 'genre' then 5 when 'decade' then 10 else 30 end as prior) as p
        left join mine as m on m.feature = s.feature and m.value = s.value
    )
    select
        s.feature,
        s.value,
        s.items,
        case s.feature
            when 'genre' then ln(s.p / (1 - s.p)) - ln(s.q / (1 - s.q))
            else ln(s.p / s.q)
        end
    from shares as s;
end
$$;
comment on function private.liked_features(uuid) is
'Returns how much more often a rater likes each genre, language, country and decade than others do.';
revoke execute on function private.liked_features(uuid) from public;
