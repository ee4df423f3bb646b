-- Helper. Returns a uniformly distributed random number, at least 0 and below 1. It takes 48 bits of a random uuid,
-- which the operating system generates; the values of random() can be predicted from earlier ones.
create or replace function private.random_fraction() returns double precision
language sql volatile set search_path = ''
as $$
    select ('x' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 12))::bit(48)::bigint / 281474976710656::double precision
$$;
comment on function private.random_fraction() is
'Returns a random number, at least 0 and below 1, that cannot be predicted.';
revoke execute on function private.random_fraction() from public;
