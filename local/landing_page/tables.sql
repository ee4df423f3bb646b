-- The tables of schemas, with what the planner thinks they hold (null where it never looked). Partitions count for their table.
with pieces as (
    select c.oid as table_id, n.nspname, c.relname, coalesce(p.relid, c.oid) as piece
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    left join lateral pg_catalog.pg_partition_tree(c.oid) as p on p.isleaf
    where n.nspname = any (%s) and c.relkind in ('r', 'p') and not c.relispartition
)
select
    pieces.nspname as schema,
    pieces.relname as name,
    sum(pg_catalog.pg_relation_size(pieces.piece)) <= 8 * 1024 * 1024 as exact,
    sum(nullif(leaf.reltuples, -1))::bigint as rows
from pieces
join pg_catalog.pg_class as leaf on leaf.oid = pieces.piece
group by pieces.table_id, pieces.nspname, pieces.relname
order by pieces.nspname, pieces.relname
