-- Helper. Stochastic rounding: returns the count rounded to a multiple of a step, down or up at random, so that the
-- expected value is the count, and no threshold is known at which the published count changes.
create or replace function private.stochastic_round(count bigint, step integer) returns integer
language sql volatile set search_path = ''
as $$
    select (
        count - count % step + case when private.random_fraction() * step < count % step then step else 0 end
    )::integer
$$;
comment on function private.stochastic_round(bigint, integer) is
'Rounds a count to a multiple of a step, down or up at random.';
revoke execute on function private.stochastic_round(bigint, integer) from public;
