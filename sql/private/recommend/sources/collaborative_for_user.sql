-- Helper. Returns private.collaborative for a user id, each item with its predicted rating. An item with too little
-- data for a prediction gets the published global baseline, or 3.5 if nothing is published.
-- Raises as private.rater_of_user, which checks that the caller may request the user's recommendations.
-- Definer: scores and predictions read the ratings of other raters; none of these ratings is returned.
create or replace function private.collaborative_for_user(user_id uuid, count integer)
returns table (item_id uuid, predicted_rating double precision, score double precision)
language plpgsql stable rows 20 security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_rater uuid := private.rater_of_user(user_id);
begin
    return query
    with listed as materialized (
        select c.item_id, c.score
        from private.collaborative(v_rater, null, count, private.viewer_of_rater(v_rater)) as c
    )
    select l.item_id, coalesce(p.predicted_rating, private.published_baseline(), 3.5), l.score
    from listed as l
    left join private.predict(v_rater, array(select item_id from listed)) as p on p.item_id = l.item_id;
end
$$;
comment on function private.collaborative_for_user(uuid, integer) is
'Returns items that a user''s nearest neighbours liked, if the caller may request them.';
revoke execute on function private.collaborative_for_user(uuid, integer) from public;
grant execute on function private.collaborative_for_user(uuid, integer) to authenticated, service_role;
