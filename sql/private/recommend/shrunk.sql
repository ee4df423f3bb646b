-- A correlation, trusted the less the fewer ratings it rests on: multiplied by n / (n + 50).
create or replace function private.shrunk(similarity double precision, co_ratings integer) returns double precision
language sql immutable set search_path = ''
as $$
    select similarity * co_ratings / (co_ratings + 50)
$$;
comment on function private.shrunk(double precision, integer) is 'A similarity, shrunk where few ratings support it.';
revoke execute on function private.shrunk(double precision, integer) from public;
grant execute on function private.shrunk(double precision, integer) to service_role;
