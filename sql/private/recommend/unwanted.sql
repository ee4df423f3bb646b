-- Items that have no place in a rater's lists: rated, disliked, dismissed or watched to the end.
-- For definer functions and workers only.
create or replace function private.unwanted(rater_id uuid) returns setof uuid
language sql stable rows 50 set search_path = ''
as $$
    select r.item_id from public.ratings as r where r.rater_id = unwanted.rater_id
    union
    select i.item_id
    from public.interactions as i
    where i.rater_id = unwanted.rater_id and i.type in ('dislike', 'dismiss', 'complete')
$$;
comment on function private.unwanted(uuid) is 'Items that have no place in a rater''s lists.';
revoke execute on function private.unwanted(uuid) from public;
