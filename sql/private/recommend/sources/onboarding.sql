-- Helper. Returns items for the acting profile to rate, of different genres: of the 200 most popular items, those with
-- the highest root of the number of ratings times the standard deviation of the ratings, since these ratings say most
-- about taste (after Rashid and others, Getting to Know You, IUI 2002). Items without a published deviation follow, by
-- popularity. Items that the profile rated, disliked or dismissed, or may not see, are left out.
-- Definer: it reads the caller's ratings, and anon may not read ratings.
create or replace function private.onboarding(kind text, count integer)
returns table (item_id uuid, place integer, score double precision)
language plpgsql stable rows 10 security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_viewer private.viewer := private.current_viewer();
    v_known uuid[] := array(
        select r.item_id from public.ratings as r where r.rater_id = v_viewer.rater_id
        union
        select v.item_id
        from private.feedback as v
        where v.rater_id = v_viewer.rater_id and v.is_refused
    );
begin
    return query
    with weighed as materialized (
        select
            p.item_id,
            p.place,
            sqrt(s.rating_count)
            * sqrt(greatest(s.rating_square_sum / s.rating_count - power(s.rating_sum / s.rating_count, 2), 0)) as weight
        from private.popular(onboarding.kind, 200 + cardinality(v_known), v_viewer) as p
        left join public.item_stats as s on s.item_id = p.item_id and s.rating_count > 0
        where p.item_id <> all(v_known)
    ), pool as (
        select array_agg(
            (
                w.item_id,
                case when w.weight > 0 then 0 else 1 end,
                case when w.weight > 0 then w.weight else 1 / ln(1 + w.place::double precision) end,
                g.genres
            )::private.candidate
        ) as candidates
        from weighed as w
        join private.genre_sets(array(select w.item_id from weighed as w)) as g on g.item_id = w.item_id
    )
    select s.item_id, s.place, s.score
    from pool as p
    cross join lateral private.diversify_by_genre(coalesce(p.candidates, '{}'), onboarding.count) as s;
end
$$;
comment on function private.onboarding(text, integer) is 'Returns items that the acting profile should rate first.';
revoke execute on function private.onboarding(text, integer) from public;
grant execute on function private.onboarding(text, integer) to anon, authenticated, service_role;
