-- A rater's nearest neighbours: as stored where no rating of theirs changed since, computed where one did.
-- Reads others' ratings: for definer functions and workers only.
create or replace function private.neighbours(rater_id uuid)
returns table (neighbour_id uuid, similarity double precision, weight double precision, mean double precision)
language plpgsql stable rows 100 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_stored boolean := (
        select r.similarities_version = r.ratings_version from public.raters as r where r.id = neighbours.rater_id
    );
begin
    return query
    select n.neighbour_id, n.similarity, private.shrunk(n.similarity, n.co_ratings), r.rating_sum / r.rating_count
    from (
        select s.neighbour_id, s.similarity, s.co_ratings
        from public.user_similarities as s
        where v_stored and s.rater_id = neighbours.rater_id
        union all
        (
            select c.neighbour_id, c.similarity, c.co_ratings
            from private.compute_neighbours(case when not v_stored then neighbours.rater_id end) as c
            where c.similarity > 0
            order by private.shrunk(c.similarity, c.co_ratings) desc, c.neighbour_id
            limit 300
        )
    ) as n
    join public.raters as r on r.id = n.neighbour_id
    where n.similarity > 0 and r.rating_count > 0;
end
$$;
comment on function private.neighbours(uuid) is 'A rater''s nearest neighbours, with how they rate on the whole.';
revoke execute on function private.neighbours(uuid) from public;
