-- A rater's ratings by exact counts, each with the item's level, how far it is above it, and how much it counts in a
-- comparison with others: the root of 1 - limit / n for n raters of the item, 0 for a rare item (private.rarity_limit).
-- No client gets what is computed from them. For definer functions and workers only.
create or replace function private.ratings_above(rater_id uuid)
returns table (
    item_id uuid, rating double precision, level double precision, above double precision, share double precision
)
language sql stable rows 100 set search_path = ''
as $$
    select r.item_id, r.rating, l.level, r.rating - l.level, sqrt(greatest(0, 1 - a.rare / nullif(s.rating_count, 0)))
    from public.ratings as r
    left join private.item_counts as s on s.item_id = r.item_id
    cross join (
        select private.rating_level() as of_all, private.rarity_limit()::double precision as rare offset 0
    ) as a
    cross join lateral (
        select private.item_level(coalesce(s.rating_sum, 0), coalesce(s.rating_count, 0), a.of_all) as level offset 0
    ) as l
    where r.rater_id = ratings_above.rater_id
$$;
comment on function private.ratings_above(uuid) is 'A rater''s ratings, and how far each is above the item''s level.';
revoke execute on function private.ratings_above(uuid) from public;
grant execute on function private.ratings_above(uuid) to service_role;
