-- A random number, 0 or more and below 1: 48 bits of a random uuid, which come from the operating system. What random()
-- returns can be computed from earlier values.
create or replace function private.chance() returns double precision
language sql volatile set search_path = ''
as $$
    select ('x' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 12))::bit(48)::bigint / 281474976710656::double precision
$$;
comment on function private.chance() is 'A random number, 0 or more and below 1.';
revoke execute on function private.chance() from public;
