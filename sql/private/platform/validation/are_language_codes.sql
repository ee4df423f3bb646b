-- Helper. Returns whether this is a one-dimensional array of up to 20 ISO 639 codes. Null for null.
create or replace function private.are_language_codes(codes text[]) returns boolean
language sql immutable parallel safe
return cardinality(codes) <= 20
and coalesce(array_ndims(codes), 1) = 1
and not exists (
    select
    from unnest(codes) as c (code)
    where c.code is null or c.code !~ '^[a-z]{2,3}$'
);
comment on function private.are_language_codes(text[]) is 'Whether this is an array of up to 20 ISO 639 codes.';
revoke execute on function private.are_language_codes(text[]) from public;
grant execute on function private.are_language_codes(text[]) to anon, authenticated, service_role;
