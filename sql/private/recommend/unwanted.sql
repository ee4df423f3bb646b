-- Helper. Returns the items that a rater's lists leave out: rated, disliked, dismissed or watched to the end. Only
-- definer functions and workers may call it.
create or replace function private.unwanted(rater_id uuid) returns setof uuid
language sql stable rows 50 set search_path = ''
as $$
    select r.item_id from public.ratings as r where r.rater_id = unwanted.rater_id
    union
    select v.item_id
    from private.feedback as v
    where v.rater_id = unwanted.rater_id and (v.is_refused or v.is_completed)
$$;
comment on function private.unwanted(uuid) is
'Returns the items that a rater''s lists leave out: rated, refused or watched to the end.';
revoke execute on function private.unwanted(uuid) from public;
