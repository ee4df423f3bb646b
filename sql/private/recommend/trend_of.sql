-- An event's share of a trend: base-2 logarithm of its weight, doubled for every week after 2000.
-- So older events count half as much a week, without a row being touched as time goes by
-- (forward decay: Cormode, Shkapenyuk, Srivastava, Xu, ICDE 2009).
create or replace function private.trend_of(weight double precision, at timestamptz) returns double precision
language sql immutable set search_path = ''
as $$
    select case
        when weight > 0 then ln(weight) / ln(2::double precision) + (extract(epoch from at) - 946684800) / 604800
        else '-infinity'
    end
$$;
comment on function private.trend_of(double precision, timestamptz) is 'An event''s share of a trend, as a logarithm.';
revoke execute on function private.trend_of(double precision, timestamptz) from public;
grant execute on function private.trend_of(double precision, timestamptz) to anon, authenticated, service_role;
