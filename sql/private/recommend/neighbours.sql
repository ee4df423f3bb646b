-- Helper. Returns a rater's nearest neighbours (private.nearest_raters): the stored ones, or, if more than one in
-- twenty of the rater's ratings changed since, computed ones. A job updates the stored ones soon after each change.
-- It reads the ratings of other raters: only definer functions and workers may call it.
create or replace function private.neighbours(rater_id uuid)
returns table (
    neighbour_id uuid, weight double precision, affinity double precision, level double precision
)
language plpgsql stable rows 150 set search_path = ''
as $$
#variable_conflict use_column
begin
    if (
        select r.similarities_version >= 0 and (r.ratings_version - r.similarities_version) * 20 <= r.rating_count
        from public.raters as r
        where r.id = neighbours.rater_id
    ) then
        return query
        select s.neighbour_id, s.weight, s.affinity, s.level
        from public.user_similarities as s
        where s.rater_id = neighbours.rater_id;
    else
        return query
        select n.neighbour_id, n.weight, n.affinity, n.level from private.nearest_raters(neighbours.rater_id) as n;
    end if;
end
$$;
comment on function private.neighbours(uuid) is 'Returns a rater''s nearest neighbours, stored or computed.';
revoke execute on function private.neighbours(uuid) from public;
