-- log2(2^a + 2^b), for trends of any size; minus infinity is nothing.
create or replace function private.add_trends(a double precision, b double precision) returns double precision
language sql immutable set search_path = ''
as $$
    select case
        when a = '-infinity' then b
        when b = '-infinity' then a
        else greatest(a, b) + ln(1 + power(2::double precision, greatest(-abs(a - b), -1000))) / ln(2::double precision)
    end
$$;
comment on function private.add_trends(double precision, double precision) is 'The sum of two trends, as a logarithm.';
revoke execute on function private.add_trends(double precision, double precision) from public;
grant execute on function private.add_trends(double precision, double precision) to authenticated, service_role;
