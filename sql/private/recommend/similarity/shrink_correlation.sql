-- Helper. Returns a correlation shrunk to zero by its support: multiplied by n / (n + 50) for n common ratings.
create or replace function private.shrink_correlation(
    similarity double precision, co_ratings integer
) returns double precision
language sql immutable set search_path = ''
as $$
    select similarity * co_ratings / (co_ratings + 50)
$$;
comment on function private.shrink_correlation(double precision, integer) is
'Returns a correlation, shrunk to zero if few common ratings support it.';
revoke execute on function private.shrink_correlation(double precision, integer) from public;
grant execute on function private.shrink_correlation(double precision, integer) to service_role;
