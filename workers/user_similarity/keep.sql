with kept as (
    insert into public.user_similarities (rater_id, neighbour_id, similarity, co_ratings, weight, affinity, level)
    select s.rater_id, s.neighbour_id, s.similarity, s.co_ratings, s.weight, s.affinity, s.level
    from staged_similarities as s
    join public.raters as n on n.id = s.neighbour_id
    where s.rater_id = any(%(raters)s::uuid[])
)
update public.raters as r set similarities_version = r.ratings_version
where r.id = any(%(raters)s::uuid[])
