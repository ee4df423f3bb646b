-- Predicts the rating that a user would give to an item.
-- The prediction is the item's baseline, plus the user's bias, plus the weighted residuals of neighbours with similar
-- ratings and of the user's own ratings of similar items. A new rating changes it at once. A user without ratings gets
-- the item's baseline: its mean, shrunk to the mean of all ratings.
--   user_id  your own user id; the service may send any user's id, or a rater's
--   item_id  the item
-- Returns a number from 0.5 to 5.0 in tenths; null if fewer than five people rated the item.
-- Raises 22023 for a missing parameter, 42501 for another user's id, PT404 for an unknown user or item.
-- Roles: authenticated, service_role.
-- Example: rpc/predict_rating {"user_id": "5d3c…", "item_id": "0b7e…"}
-- Example response: 4.6
create or replace function public.predict_rating(user_id uuid default null, item_id uuid default null)
returns double precision
language plpgsql stable set search_path = ''
as $$
begin
    perform private.check_item(item_id);
    return private.predict_for_user(user_id, item_id);
end
$$;
comment on function public.predict_rating(uuid, uuid) is 'Predicts the rating that a user would give to an item.';
revoke execute on function public.predict_rating(uuid, uuid) from public;
grant execute on function public.predict_rating(uuid, uuid) to authenticated, service_role;
