-- Helper. Returns a rater's ratings with their residuals, by exact counts.
--   level  the item's baseline
--   above  the residual: the rating minus the baseline
--   share  how much the item counts in a comparison of raters: the root of 1 - limit / n for n raters of the item; 0
--          for a rare item (private.rarity_limit)
-- Exact residuals are never returned to a client: only definer functions and workers may call it.
create or replace function private.rating_residuals(rater_id uuid)
returns table (
    item_id uuid, rating double precision, level double precision, above double precision, share double precision
)
language sql stable rows 100 set search_path = ''
as $$
    select r.item_id, r.rating, l.level, r.rating - l.level, sqrt(greatest(0, 1 - a.rare / nullif(s.rating_count, 0)))
    from public.ratings as r
    left join private.item_counts as s on s.item_id = r.item_id
    cross join (
        select private.global_baseline() as of_all, private.rarity_limit()::double precision as rare offset 0
    ) as a
    cross join lateral (
        select private.item_baseline(coalesce(s.rating_sum, 0), coalesce(s.rating_count, 0), a.of_all) as level offset 0
    ) as l
    where r.rater_id = rating_residuals.rater_id
$$;
comment on function private.rating_residuals(uuid) is
'Returns a rater''s ratings, each with the item''s baseline and the residual.';
revoke execute on function private.rating_residuals(uuid) from public;
grant execute on function private.rating_residuals(uuid) to service_role;
