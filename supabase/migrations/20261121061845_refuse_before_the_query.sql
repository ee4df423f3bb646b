-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- source: sql/rpc/recommend/get_collaborative_recommendations.sql
-- What people whose ratings run like the user's liked and the user has not rated.
-- Neighbours by Pearson correlation over common ratings; ordered by the sum of their similarities, each shrunk
-- where few common ratings support it and weighted by what they gave.
--   user_id  one's own id; the service may name anybody's, or a rater
--   count    how many at most, 1 to 200, default 20
-- Returns id, kind, title, overview, year, language, image, predicted_rating (as predict_rating), score; best first.
-- Raises 22023 for a parameter missing or out of range, 42501 for another user's id, PT404 for an unknown one.
-- Roles: authenticated, service_role.
-- Example: rpc/get_collaborative_recommendations {"user_id": "5d3c…", "count": 10}
create or replace function public.get_collaborative_recommendations(
    user_id uuid default null, count integer default 20
)
returns setof public.predicted_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_collaborative_recommendations.count, 20);
begin
    perform private.check_range('count', v_count, 1, 200);
    -- Asked before the query: a plan that needs no list would not call what refuses.
    perform private.rater_of_user(get_collaborative_recommendations.user_id);
    return query
    select c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, l.predicted_rating, l.score
    from private.collaborative_for_user(get_collaborative_recommendations.user_id, v_count) as l
    join public.catalog_items as c on c.id = l.item_id
    order by l.score desc, c.id;
end
$$;
comment on function public.get_collaborative_recommendations(uuid, integer) is
'What people whose ratings run like the user''s liked.';
revoke execute on function public.get_collaborative_recommendations(uuid, integer) from public;
grant execute on function public.get_collaborative_recommendations(uuid, integer) to authenticated, service_role;

-- source: sql/rpc/recommend/get_recommendations.sql
-- What to watch or read next: what a model found to be liked together with what the profile liked, then what people
-- with its taste liked, then what is like the items it liked, then what is popular; never what it rated, disliked,
-- dismissed or finished.
--   count       how many at most, 1 to 200, default 20
--   kind        movie, tv_show, sports or book; none: all of them
--   diversity   0 to 1, default 0.3; checked, without effect so far
--   profile_id  one of one's own profiles; none: the default one. The service may name any
-- Returns id, kind, title, overview, year, language, image, score (comparable within a reason), reason_code
-- (liked_together, taste, liked, popular), reason (a sentence), because_of (the item it names); best first.
-- Raises 22023 for a parameter out of range, 42501 for another user's profile, PT404 to the service for one that is
-- not there; named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_recommendations {"count": 10, "kind": "movie"}
create or replace function public.get_recommendations(
    count integer default 20, kind text default null, diversity real default 0.3, profile_id uuid default null
)
returns setof public.recommended_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_recommendations.count, 20);
begin
    perform private.check_range('count', v_count, 1, 200);
    perform private.check_range('diversity', coalesce(get_recommendations.diversity, 0.3), 0, 1);
    perform private.check_kind(get_recommendations.kind);
    -- Asked before the query: a plan that needs no list would not call what refuses.
    perform private.rater_of_profile(get_recommendations.profile_id);
    return query
    select
        c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, r.score, r.reason_code,
        case r.reason_code
            when 'taste' then 'People with your taste liked it'
            when 'liked_together' then format('Because you liked %s', b.title)
            when 'liked' then format('Because you liked %s', b.title)
            when 'popular' then 'Popular with everyone'
        end,
        r.because_of
    from private.recommend(get_recommendations.profile_id, get_recommendations.kind, v_count) as r
    join public.catalog_items as c on c.id = r.item_id
    left join public.catalog_items as b on b.id = r.because_of
    order by r.place;
end
$$;
comment on function public.get_recommendations(integer, text, real, uuid) is 'What to watch or read next, and why.';
revoke execute on function public.get_recommendations(integer, text, real, uuid) from public;
grant execute on function public.get_recommendations(integer, text, real, uuid) to anon, authenticated, service_role;
