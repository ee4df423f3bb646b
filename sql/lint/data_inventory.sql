-- Tables that are missing from private.data_inventory, or whose row there is wrong: their rows would be missing from
-- exports, survive an erasure, or be kept for ever. A platform table that is missing is no fault: it is exported by its
-- plain columns and erased (private.personal_tables), and make drift reports it.
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

-- Foreign keys that refer to a table with rows of people, and their columns.
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
select format('private.data_inventory lists %s.%s, which does not exist', i.schema_name, i.table_name) as fault
from private.data_inventory as i
left join known as k on i.schema_name = k.schema_name and i.table_name = k.table_name
where k.oid is null and i.schema_name in ('public', 'private')
union all
select format('no foreign key leads from %s to a person: set data_inventory.owner_ids', i.oid::regclass) as fault
from known as i
where i.is_personal and i.oid not in (select p.relation from private.personal_tables() as p)
union all
select format('%s refers to people, but private.data_inventory says it is not personal', i.oid::regclass) as fault
from known as i
where
    not i.is_personal
    and i.owner_columns is distinct from '{}'
    and i.oid in (select l.conrelid from links as l)
union all
select format('%s refers to people by several keys: set owner_columns to the owner''s', l.conrelid::regclass) as fault
from links as l
inner join known as i on l.conrelid = i.oid
where i.is_personal and i.owner_columns is null and i.owner_ids is null
group by l.conrelid
having count(*) > 1
union all
select format('%s has no foreign key with the columns %s', i.oid::regclass, i.owner_columns) as fault
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
select format('%s has no time column %s for its retention', i.oid::regclass, i.retention_column) as fault
from known as i
left join pg_catalog.pg_attribute as a on i.oid = a.attrelid and i.retention_column = a.attname and not a.attisdropped
where
    i.retention is not null
    and coalesce(a.atttypid not in ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype), true)
union all
select format('%s keeps rows under a pseudonym, but no function assigns one', i.oid::regclass) as fault
from known as i
where
    i.on_erasure = 'keep_pseudonymous'
    and (i.schema_name, i.table_name) not in (
        ('public', 'raters'), ('public', 'ratings'), ('public', 'user_similarities'), ('private', 'audit_log')
    )
