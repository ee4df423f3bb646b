-- Helper. Returns an event's share of a trend: the base-2 logarithm of its weight, doubled for each week since 2000. So
-- events lose half their relative weight a week, without any update of stored rows (forward decay: Cormode, Shkapenyuk,
-- Srivastava, Xu, ICDE 2009).
create or replace function private.trend_of(weight double precision, at timestamptz) returns double precision
language sql immutable set search_path = ''
as $$
    select case
        when weight > 0 then ln(weight) / ln(2::double precision) + (extract(epoch from at) - 946684800) / 604800
        else '-infinity'
    end
$$;
comment on function private.trend_of(double precision, timestamptz) is
'Returns an event''s share of a trend, as a base-2 logarithm.';
revoke execute on function private.trend_of(double precision, timestamptz) from public;
grant execute on function private.trend_of(double precision, timestamptz) to anon, authenticated, service_role;
