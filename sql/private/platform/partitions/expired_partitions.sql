-- Helper. Returns the range partitions of a table that end at or before the moment, the oldest first.
create or replace function private.expired_partitions(relation regclass, moment timestamptz) returns setof regclass
language sql stable rows 10 set search_path = '' set timezone = 'UTC'
as $$
    select c.oid::regclass
    from pg_catalog.pg_inherits as i
    join pg_catalog.pg_class as c on c.oid = i.inhrelid
    cross join lateral (
        select (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \(''([^'']+)''\)'))[1]::timestamptz as ends
    ) as part
    where i.inhparent = expired_partitions.relation and part.ends <= expired_partitions.moment
    order by part.ends
$$;
comment on function private.expired_partitions(regclass, timestamptz) is
'The partitions of a table that end before a moment.';
revoke execute on function private.expired_partitions(regclass, timestamptz) from public;
