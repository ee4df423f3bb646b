-- Pearson's correlation of a rater with every other over the items both rated, two at least; raters whose
-- common ratings are all equal have none. Reads others' ratings: for definer functions and workers only.
create or replace function private.compute_neighbours(rater_id uuid)
returns table (neighbour_id uuid, similarity double precision, co_ratings integer)
language sql stable rows 300 set search_path = ''
as $$
    select o.rater_id, corr(o.rating, m.rating), count(*)::integer
    from public.ratings as m
    join public.ratings as o on o.item_id = m.item_id and o.rater_id <> m.rater_id
    where m.rater_id = compute_neighbours.rater_id
    group by o.rater_id
    having count(*) >= 2 and corr(o.rating, m.rating) is not null
$$;
comment on function private.compute_neighbours(uuid) is 'A rater''s Pearson correlation with every other.';
revoke execute on function private.compute_neighbours(uuid) from public;
grant execute on function private.compute_neighbours(uuid) to service_role;
