-- private.predict for a user id, where the caller may ask. Raises as private.rater_of_user.
-- Definer: a prediction reads others' ratings; none of them is returned.
create or replace function private.predict_for_user(user_id uuid, item_id uuid) returns double precision
language sql stable security definer set search_path = ''
as $$
    select p.predicted_rating
    from private.predict(private.rater_of_user(predict_for_user.user_id), array[predict_for_user.item_id]) as p
$$;
comment on function private.predict_for_user(uuid, uuid) is 'What a user would give to an item, if the caller may ask.';
revoke execute on function private.predict_for_user(uuid, uuid) from public;
grant execute on function private.predict_for_user(uuid, uuid) to authenticated, service_role;
