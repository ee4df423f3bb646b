-- Schemas, tables, views, columns, types, functions and policies without a comment. Exempt: columns of views and
-- composite types, and partitions.
with schemas as (
    select
        n.oid,
        n.nspname
    from pg_catalog.pg_namespace as n
    where n.nspname in ('public', 'private')
),

relations as (
    select c.*
    from pg_catalog.pg_class as c
    inner join schemas as s on c.relnamespace = s.oid
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
)

select format('schema %s has no comment', s.nspname) as fault
from schemas as s
where obj_description(s.oid, 'pg_namespace') is null
union all
select format('%s has no comment', c.oid::regclass) as fault
from relations as c
where obj_description(c.oid, 'pg_class') is null
union all
select format('column %s.%I has no comment', c.oid::regclass, a.attname) as fault
from relations as c
inner join pg_catalog.pg_attribute as a on c.oid = a.attrelid
where
    c.relkind not in ('v', 'm')
    and a.attnum > 0
    and not a.attisdropped
    and col_description(c.oid, a.attnum) is null
union all
select format('type %s has no comment', t.oid::regtype) as fault
from pg_catalog.pg_type as t
inner join schemas as s on t.typnamespace = s.oid
left join pg_catalog.pg_class as c on t.typrelid = c.oid
where
    (t.typtype in ('e', 'd', 'r') or c.relkind = 'c')
    and obj_description(t.oid, 'pg_type') is null
union all
select format('function %s has no comment', p.oid::regprocedure) as fault
from pg_catalog.pg_proc as p
inner join schemas as s on p.pronamespace = s.oid
where obj_description(p.oid, 'pg_proc') is null
union all
select format('policy %I on %s has no comment', p.polname, p.polrelid::regclass) as fault
from pg_catalog.pg_policy as p
inner join relations as c on p.polrelid = c.oid
where obj_description(p.oid, 'pg_policy') is null
