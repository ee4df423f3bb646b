-- Helper. Returns the items that a rater's lists leave out: rated, disliked, dismissed or watched to the end. Only
-- definer functions and workers may call it.
create or replace function private.excluded_items(rater_id uuid) returns setof uuid
language sql stable rows 50 set search_path = ''
as $$
    select r.item_id from public.ratings as r where r.rater_id = excluded_items.rater_id
    union
    select v.item_id
    from private.feedback as v
    where v.rater_id = excluded_items.rater_id and (v.is_refused or v.is_completed)
$$;
comment on function private.excluded_items(uuid) is
'Returns the items that a rater''s lists leave out: rated, refused or watched to the end.';
revoke execute on function private.excluded_items(uuid) from public;
