-- How well an item suits the level a rater has in its language: lists multiply their scores by it. 1 so far, which
-- changes nothing; the learner's levels will be put in here, and lists follow.
create or replace function private.level_factor(item_id uuid, rater_id uuid) returns real
language sql stable
return 1::real;
comment on function private.level_factor(uuid, uuid) is 'How well an item suits a rater''s level in its language.';
revoke execute on function private.level_factor(uuid, uuid) from public;
grant execute on function private.level_factor(uuid, uuid) to anon, authenticated, service_role;
