-- How many raters an item may have and still be rare: a thirtieth of all raters, at least 10 and at most 20. A common
-- rating of a rare item says who somebody is, so that neighbours and item models leave it out.
-- Stops counting raters where the answer no longer changes.
create or replace function private.rarity_limit() returns integer
language sql stable set search_path = ''
as $$
    select greatest(10, count(*)::integer / 30) from (select from public.raters limit 600) as r
$$;
comment on function private.rarity_limit() is 'How many raters an item may have and still be rare.';
revoke execute on function private.rarity_limit() from public;
grant execute on function private.rarity_limit() to service_role;
