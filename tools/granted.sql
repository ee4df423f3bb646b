-- Rights on the schema private and on objects in private and public, except the owners': one row a right.
with objects (object, owner, acl) as (
    select
        format('schema %I', n.nspname),
        n.nspowner,
        n.nspacl
    from pg_catalog.pg_namespace as n
    where n.nspname = 'private'
    union all
    select
        format('function %I.%I', p.pronamespace::regnamespace, p.proname),
        p.proowner,
        p.proacl
    from pg_catalog.pg_proc as p
    where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
    union all
    select
        format('%s %I.%I', case c.relkind when 'S' then 'sequence' else 'table' end, n.nspname, c.relname),
        c.relowner,
        c.relacl
    from pg_catalog.pg_class as c
    inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
    where n.nspname in ('public', 'private')
    union all
    select
        format('column %I.%I.%I', n.nspname, c.relname, a.attname),
        c.relowner,
        a.attacl
    from pg_catalog.pg_attribute as a
    inner join pg_catalog.pg_class as c on a.attrelid = c.oid
    inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
    where n.nspname in ('public', 'private')
)

select
    o.object,
    lower(e.privilege_type) as privilege,
    coalesce(nullif(e.grantee, 0)::regrole::text, 'public') as grantee
from objects as o
cross join lateral aclexplode(o.acl) as e
where e.grantee <> o.owner
order by 1, 2, 3
