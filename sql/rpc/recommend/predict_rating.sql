-- What a user would give to an item: the item's mean, plus how far the user rates above the means of items, plus how
-- the neighbours who rate alike departed from as much, and the user's own ratings of items that are rated alike.
-- Counts from the first rating on, at once; a user without ratings gets the item's mean, drawn to that of all.
--   user_id  one's own id; the service may name anybody's, or a rater
--   item_id  the item
-- Returns a number from 0.5 to 5.0 in tenths; null when fewer than five people have rated the item.
-- Raises 22023 for a parameter missing, 42501 for another user's id, PT404 for an unknown user or item.
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
comment on function public.predict_rating(uuid, uuid) is 'What a user would give to an item.';
revoke execute on function public.predict_rating(uuid, uuid) from public;
grant execute on function public.predict_rating(uuid, uuid) to authenticated, service_role;
