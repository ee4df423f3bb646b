-- Each column of the tables, views and types of public and private; monthly partitions are left out.

select
    c.oid::regclass::text as relation,
    case c.relkind
        when 'v' then 'View'
        when 'c' then 'Type'
        when 'p' then 'Table, partitioned'
        else 'Table'
    end as kind,
    coalesce(obj_description(c.oid, 'pg_class'), obj_description(c.reltype, 'pg_type')) as relation_comment,
    a.attname as name,
    format_type(a.atttypid, a.atttypmod) as type,
    col_description(c.oid, a.attnum) as comment,
    (
        select coalesce(array_agg(pg_get_constraintdef(k.oid) order by k.contype desc, k.conname asc), '{}')
        from pg_catalog.pg_constraint as k
        where k.conrelid = c.oid and k.contype <> 'n'
    ) as constraints
from pg_catalog.pg_class as c
inner join pg_catalog.pg_attribute as a on c.oid = a.attrelid
where
    c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
    and c.relkind in ('r', 'p', 'v', 'm', 'c')
    and not c.relispartition
    and a.attnum > 0
    and not a.attisdropped
order by
    c.relnamespace::regnamespace::text desc,
    c.relkind = 'c' asc,
    c.relkind = 'v' asc,
    c.relname asc,
    a.attnum asc
