-- What people whose ratings run like the user's liked and the user has not rated.
-- Neighbours are those who rated most of the same and agree on it; ordered by the sum over them, each weighted by how
-- much of either's ratings is common, how well they agree where many common ratings say so, and what they gave.
-- No item is listed by fewer than five neighbours, and ratings of items that few people rated do not count.
--   user_id  one's own id; the service may name anybody's, or a rater
--   count    how many at most, 1 to 200, default 20
-- Returns id, kind, title, overview, year, language, image, predicted_rating (as predict_rating), score; best first.
-- Raises 22023 for a parameter missing or out of range, 42501 for another user's id, PT404 for an unknown one.
-- Roles: authenticated, service_role.
-- Example: rpc/get_collaborative_recommendations {"user_id": "5d3c…", "count": 10}
-- Example response: [{"id": "776d…", "kind": "movie", "title": "Children of Men", "overview": "In 2027 no baby has
-- been born for eighteen …", "year": 2006, "language": "en", "image": null, "predicted_rating": 4.9, "score": 1.81},
-- …]
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
