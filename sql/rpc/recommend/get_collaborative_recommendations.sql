-- Lists unrated items that users with similar ratings liked.
-- It uses the 50 nearest neighbours: users who rated many of the same items and agree on them. An item's score is the
-- sum, over these neighbours, of affinity times rating / 5. At least five of them must have rated the item 3 or better,
-- and ratings of items that few people rated do not count.
--   user_id  your own user id; the service may send any user's id, or a rater's
--   count    maximum number of items, 1 to 200, default 20
-- Returns id, kind, title, overview, year, language, image, predicted_rating (as predict_rating returns it), score;
-- highest score first.
-- Raises 22023 for a parameter that is missing or out of range, 42501 for another user's id, PT404 for an unknown user.
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
    -- Check the caller before the query: a plan that reads no list would not evaluate the check.
    perform private.rater_of_user(get_collaborative_recommendations.user_id);
    return query
    select c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, l.predicted_rating, l.score
    from private.collaborative_for_user(get_collaborative_recommendations.user_id, v_count) as l
    join public.catalog_items as c on c.id = l.item_id
    order by l.score desc, c.id;
end
$$;
comment on function public.get_collaborative_recommendations(uuid, integer) is
'Lists unrated items that users with similar ratings liked.';
revoke execute on function public.get_collaborative_recommendations(uuid, integer) from public;
grant execute on function public.get_collaborative_recommendations(uuid, integer) to authenticated, service_role;
