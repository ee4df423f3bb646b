-- A count as a multiple of a step: the one below or the one above, by chance, so that it is right on average and no
-- count is known at which the published one changes.
create or replace function private.round_by_chance(count bigint, step integer) returns integer
language sql volatile set search_path = ''
as $$
    select (
        count - count % step + case when private.chance() * step < count % step then step else 0 end
    )::integer
$$;
comment on function private.round_by_chance(bigint, integer) is
'A count as a multiple of a step, up or down by chance.';
revoke execute on function private.round_by_chance(bigint, integer) from public;
