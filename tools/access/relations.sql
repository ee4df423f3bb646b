-- Tables and views of public and private with their columns; monthly partitions are left out.
select
    format('%s.%s', c.relnamespace::regnamespace, c.relname) as name,
    c.relkind in ('v', 'm') as is_view,
    array_agg(a.attname::text order by a.attnum) as columns,
    coalesce(
        array_agg(a.attname::text order by a.attnum) filter (where a.attgenerated = '' and a.attidentity <> 'a'), '{}'
    ) as written
from pg_catalog.pg_class as c
inner join pg_catalog.pg_attribute as a on c.oid = a.attrelid
where
    c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
    and c.relkind in ('r', 'p', 'v', 'm', 'f')
    and not c.relispartition
    and a.attnum > 0
    and not a.attisdropped
group by c.oid, c.relnamespace, c.relname, c.relkind
order by c.relnamespace::regnamespace::text desc, c.relname asc
