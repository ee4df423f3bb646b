-- Tables that private.data_inventory does not know or whose rows it cannot find: what would be missing from exports,
-- stay after an erasure, or be kept for ever. A table of the platform that it does not know is no fault: it is exported
-- by its plain columns and erased (private.personal_tables), and make drift names it.
with relations as (
    select
        c.oid,
        n.nspname,
        c.relname
    from pg_catalog.pg_class as c
    inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
    where n.nspname in ('public', 'private', 'auth', 'storage') and c.relkind in ('r', 'p') and not c.relispartition
),

known as (
    select
        r.oid,
        i.*
    from private.data_inventory as i
    inner join relations as r on i.schema_name = r.nspname and i.table_name = r.relname
),

-- Which table names people, by which columns: those that refer to a table with rows of people.
links as (
    select
        k.conrelid,
        f.columns
    from pg_catalog.pg_constraint as k
    inner join private.personal_tables() as p on k.confrelid = p.relation
    cross join lateral private.foreign_key(k.oid) as f
    where k.contype = 'f' and k.conrelid <> k.confrelid and k.conparentid = 0
)

select format('table %s has no row in private.data_inventory', r.oid::regclass) as fault
from relations as r
left join known as i on r.oid = i.oid
where
    i.oid is null and r.nspname in ('public', 'private')
union all
select format('private.data_inventory tells of %s.%s, which is not there', i.schema_name, i.table_name) as fault
from private.data_inventory as i
left join known as k on i.schema_name = k.schema_name and i.table_name = k.table_name
where k.oid is null and i.schema_name in ('public', 'private')
union all
select format('nothing leads from %s to the person: private.data_inventory.owner_ids', i.oid::regclass) as fault
from known as i
where i.is_personal and i.oid not in (select p.relation from private.personal_tables() as p)
union all
select format('%s names people and is not personal by private.data_inventory', i.oid::regclass) as fault
from known as i
where
    not i.is_personal
    and i.owner_columns is distinct from '{}'
    and i.oid in (select l.conrelid from links as l)
union all
select format('%s names several people: owner_columns says whose its rows are', l.conrelid::regclass) as fault
from links as l
inner join known as i on l.conrelid = i.oid
where i.is_personal and i.owner_columns is null and i.owner_ids is null
group by l.conrelid
having count(*) > 1
union all
select format('%s has no foreign key of the columns %s', i.oid::regclass, i.owner_columns) as fault
from known as i
where
    i.owner_columns <> '{}'
    and not exists (
        select
        from links as l
        where l.conrelid = i.oid and l.columns @> i.owner_columns and l.columns <@ i.owner_columns
    )
union all
select format('%s has no column %s, which private.data_inventory exports', i.oid::regclass, c.name) as fault
from known as i
cross join lateral unnest(i.exported_columns) as c (name)
left join pg_catalog.pg_attribute as a on i.oid = a.attrelid and c.name = a.attname and not a.attisdropped
where a.attnum is null and i.schema_name in ('public', 'private')
union all
select format('%s has no time %s to count its retention from', i.oid::regclass, i.retention_column) as fault
from known as i
left join pg_catalog.pg_attribute as a on i.oid = a.attrelid and i.retention_column = a.attname and not a.attisdropped
where
    i.retention is not null
    and coalesce(a.atttypid not in ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype), true)
union all
select format('%s keeps rows under a pseudonym, which no function gives them', i.oid::regclass) as fault
from known as i
where
    i.on_erasure = 'keep_pseudonymous'
    and (i.schema_name, i.table_name) not in (
        ('public', 'raters'), ('public', 'ratings'), ('public', 'user_similarities'), ('private', 'audit_log')
    )
