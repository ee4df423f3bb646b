-- A rater's ratings, each with the item's level and how far it is above it, by exact counts: what is computed from
-- them is returned to no client. For definer functions and workers only.
create or replace function private.ratings_above(rater_id uuid)
returns table (item_id uuid, rating double precision, level double precision, above double precision)
language sql stable rows 100 set search_path = ''
as $$
    select r.item_id, r.rating, l.level, r.rating - l.level
    from public.ratings as r
    left join private.item_counts as s on s.item_id = r.item_id
    cross join (select private.rating_level() as of_all offset 0) as a
    cross join lateral (select private.item_level(coalesce(s.rating_sum, 0), coalesce(s.rating_count, 0), a.of_all) as level offset 0) as l
    where r.rater_id = ratings_above.rater_id
$$;
comment on function private.ratings_above(uuid) is 'A rater''s ratings, and how far each is above the item''s level.';
revoke execute on function private.ratings_above(uuid) from public;
grant execute on function private.ratings_above(uuid) to service_role;
