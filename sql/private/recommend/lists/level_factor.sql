-- Helper. Returns the factor by which lists multiply an item's score, by how well the item's language suits the rater's
-- level in it. It is always 1 so far: learners' levels do not exist yet.
create or replace function private.level_factor(item_id uuid, rater_id uuid) returns real
language sql stable
return 1::real;
comment on function private.level_factor(uuid, uuid) is
'Returns a factor for how well an item suits a rater''s language level; always 1 so far.';
revoke execute on function private.level_factor(uuid, uuid) from public;
grant execute on function private.level_factor(uuid, uuid) to anon, authenticated, service_role;
