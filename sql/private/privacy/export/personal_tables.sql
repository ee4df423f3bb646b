-- Helper. Returns every table with rows of people and how to find those of one user. Found from the catalogue: tables
-- from which foreign keys lead to auth.users, by the shortest path, and tables whose owners private.data_inventory
-- defines. A table that the inventory does not list is treated as personal; of such a table outside public and private,
-- which may contain secrets, only the columns of private.plain_columns are exported. If it is outside auth and storage
-- too, its rows are deleted only with a foreign key that says ON DELETE CASCADE: it can be an operator's own table,
-- whose key with SET NULL or RESTRICT says that the rows remain. on_erasure is `keep` then, also for the tables that
-- refer to it. Partitions are reached through their table. Called by definer functions and checks only.
create or replace function private.personal_tables() returns setof private.personal_table
language sql stable rows 30 set search_path = ''
as $$
    with recursive tables as (
        select c.oid, n.nspname, c.relname, i.owner_columns, i.owner_ids,
            case
                when i.table_name is null and n.nspname not in ('public', 'private') then private.plain_columns(c.oid)
                else i.exported_columns
            end as exported_columns,
            i.on_erasure,
            i.table_name is null and n.nspname not in ('public', 'private', 'auth', 'storage') as is_foreign
        from pg_catalog.pg_class as c
        join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
        left join private.data_inventory as i on i.schema_name = n.nspname and i.table_name = c.relname
        where
            c.relkind in ('r', 'p')
            and not c.relispartition
            and coalesce(i.is_personal, true)
            and n.nspname !~ '^(pg_|information_schema)'
    ), links as (
        select
            k.conrelid, k.confrelid, k.confdeltype = 'c' as is_cascade,
            t.is_foreign and k.confdeltype <> 'c' as is_kept, f.columns, f.referenced, k.conkey
        from pg_catalog.pg_constraint as k
        join tables as t on t.oid = k.conrelid
        cross join lateral private.foreign_key(k.oid) as f
        where
            k.contype = 'f'
            and k.conrelid <> k.confrelid
            and t.owner_ids is null
            and (t.owner_columns is null or t.owner_columns @> f.columns and t.owner_columns <@ f.columns)
    ), walk as (
        select
            t.oid, 0 as depth, coalesce('$1::text = any(' || t.owner_ids || ')', 'id = $1') as owned,
            null::smallint[] as conkey, '{}'::text[] as columns, false as goes_with_owner,
            false as is_kept, array[t.oid] as way
        from tables as t
        where t.owner_ids is not null or t.oid = 'auth.users'::regclass
        union all
        select
            l.conrelid, w.depth + 1,
            format(
                '(%s) in (select %s from %s where %s)',
                private.column_list(l.columns), private.column_list(l.referenced), l.confrelid::regclass, w.owned
            ),
            l.conkey, l.columns, l.is_cascade, w.is_kept or l.is_kept, w.way || l.conrelid
        from walk as w
        join links as l on l.confrelid = w.oid and l.conrelid <> all (w.way)
    ), nearest as (
        select distinct on (w.oid) w.* from walk as w order by w.oid, w.depth, w.is_kept, w.conkey
    )
    select
        n.oid::regclass, t.nspname::text, t.relname::text, n.depth, n.owned, n.columns,
        n.goes_with_owner, t.exported_columns,
        coalesce(t.on_erasure, case when n.is_kept then 'keep' else 'delete' end)
    from nearest as n
    join tables as t on t.oid = n.oid
    order by n.depth, t.nspname = 'public' desc, t.nspname, t.relname
$$;
comment on function private.personal_tables() is 'Tables with rows of people, and how to find a user''s rows.';
revoke execute on function private.personal_tables() from public;
