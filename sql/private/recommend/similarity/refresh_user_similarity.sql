-- Worker. Computes and stores a rater's nearest neighbours, with the version of the ratings they were computed from.
create or replace function private.refresh_user_similarity(rater_id uuid) returns void
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
    v_rater uuid := rater_id;
    v_version bigint;
    v_nearest public.user_similarities[];
begin
    perform pg_advisory_xact_lock(hashtextextended('user_similarities:' || v_rater, 0));
    select r.ratings_version into v_version from public.raters as r where r.id = v_rater;
    v_nearest := array(
        select jsonb_populate_record(null::public.user_similarities, to_jsonb(n))
        from private.nearest_raters(v_rater) as n
    );
    -- Lock all raters involved against deletion before any write, so that a concurrent deletion waits and cannot deadlock.
    perform from public.raters as r
    where
        r.id = v_rater
        or r.id in (select s.neighbour_id from public.user_similarities as s where s.rater_id = v_rater)
        or r.id in (select n.neighbour_id from unnest(v_nearest) as n)
    order by r.id
    for key share;
    -- The job that compares all raters locks those whose rows it writes, and skips this one while it is locked.
    perform from public.raters as r where r.id = v_rater for no key update;
    if not found then
        return;
    end if;

    delete from public.user_similarities as s
    where s.rater_id = v_rater and s.neighbour_id not in (select n.neighbour_id from unnest(v_nearest) as n);
    insert into public.user_similarities (rater_id, neighbour_id, similarity, co_ratings, weight, affinity, level)
    select v_rater, n.neighbour_id, n.similarity, n.co_ratings, n.weight, n.affinity, n.level
    from unnest(v_nearest) as n
    join public.raters as r on r.id = n.neighbour_id
    on conflict (rater_id, neighbour_id) do update set
        similarity = excluded.similarity, co_ratings = excluded.co_ratings, weight = excluded.weight,
        affinity = excluded.affinity, level = excluded.level, computed_at = now();
    update public.raters as r set similarities_version = v_version where r.id = v_rater;
end
$$;
comment on function private.refresh_user_similarity(uuid) is 'Computes and stores a rater''s nearest neighbours.';
revoke execute on function private.refresh_user_similarity(uuid) from public;
grant execute on function private.refresh_user_similarity(uuid) to service_role;
