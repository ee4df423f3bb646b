-- The sum of trends of any size, as private.add_trends adds two.
create or replace aggregate private.sum_trends(double precision) (
    sfunc = private.add_trends,
    stype = double precision,
    initcond = '-infinity'
);
comment on aggregate private.sum_trends(double precision) is 'The sum of trends, as a logarithm.';
revoke execute on function private.sum_trends(double precision) from public;
