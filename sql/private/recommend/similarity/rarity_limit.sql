-- Helper. Returns the number of raters up to which an item is rare: a thirtieth of all raters, at least 10 and at most
-- 20, and one more, so that an attacker's own rating does not lift an item above the limit. A common rating of a rare
-- item can identify a person, so neighbours and item models ignore rare items.
-- It counts at most 600 raters, since more do not change the result.
create or replace function private.rarity_limit() returns integer
language sql stable set search_path = ''
as $$
    select 1 + greatest(10, count(*)::integer / 30) from (select from public.raters limit 600) as r
$$;
comment on function private.rarity_limit() is 'Returns the number of raters up to which an item is rare.';
revoke execute on function private.rarity_limit() from public;
grant execute on function private.rarity_limit() to service_role;
