-- Helper. Returns private.predict for a user id and one item. Raises as private.rater_of_user, which checks the caller.
-- Definer: a prediction reads the ratings of other raters; none of these ratings is returned.
create or replace function private.predict_for_user(user_id uuid, item_id uuid) returns double precision
language sql stable security definer set search_path = ''
as $$
    select p.predicted_rating
    from private.predict(private.rater_of_user(predict_for_user.user_id), array[predict_for_user.item_id]) as p
$$;
comment on function private.predict_for_user(uuid, uuid) is
'Returns a user''s predicted rating of an item, if the caller may request it.';
revoke execute on function private.predict_for_user(uuid, uuid) from public;
grant execute on function private.predict_for_user(uuid, uuid) to authenticated, service_role;
