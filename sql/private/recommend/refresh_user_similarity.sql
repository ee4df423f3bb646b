-- Store a rater's nearest neighbours anew. One statement, so that the version it notes is the one it saw.
create or replace function private.refresh_user_similarity(rater_id uuid) returns void
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
begin
    perform pg_advisory_xact_lock(hashtextextended('user_similarities:' || refresh_user_similarity.rater_id, 0));
    -- Held against deletion before any of their rows is touched: whoever deletes one waits here, not in a circle.
    perform from public.raters as r
    where
        r.id = refresh_user_similarity.rater_id
        or r.id in (
            select s.neighbour_id
            from public.user_similarities as s
            where s.rater_id = refresh_user_similarity.rater_id
        )
    order by r.id
    for key share;
    with nearest as materialized (
        select n.* from private.nearest_raters(refresh_user_similarity.rater_id) as n
    ), gone as (
        delete from public.user_similarities as s
        where
            s.rater_id = refresh_user_similarity.rater_id
            and s.neighbour_id not in (select n.neighbour_id from nearest as n)
    ), stored as (
        insert into public.user_similarities
        (rater_id, neighbour_id, similarity, co_ratings, weight, affinity, level)
        select
            refresh_user_similarity.rater_id, n.neighbour_id, n.similarity, n.co_ratings,
            n.weight, n.affinity, n.level
        from nearest as n
        on conflict (rater_id, neighbour_id) do update set
            similarity = excluded.similarity, co_ratings = excluded.co_ratings, weight = excluded.weight,
            affinity = excluded.affinity, level = excluded.level, computed_at = now()
    )
    update public.raters as r set similarities_version = r.ratings_version
    where r.id = refresh_user_similarity.rater_id;
end
$$;
comment on function private.refresh_user_similarity(uuid) is 'Store a rater''s nearest neighbours anew.';
revoke execute on function private.refresh_user_similarity(uuid) from public;
grant execute on function private.refresh_user_similarity(uuid) to service_role;
