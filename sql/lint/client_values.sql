-- Columns of type text or JSON that clients write and no constraint limits in length; and constraints of columns that
-- clients write (checks and keys to lookup tables) without a trigger of private.refuse_value that gives a readable
-- sentence.
with writable as (
    select
        c.oid as relation,
        a.attnum,
        a.attname,
        coalesce(e.oid, b.oid, t.oid)::regtype::text as base
    from pg_catalog.pg_class as c
    inner join pg_catalog.pg_attribute as a on c.oid = a.attrelid and a.attnum > 0 and not a.attisdropped
    inner join pg_catalog.pg_type as t on a.atttypid = t.oid
    left join pg_catalog.pg_type as b on t.typbasetype = b.oid
    left join pg_catalog.pg_type as e on t.typelem = e.oid and t.typcategory = 'A'
    cross join unnest(array['anon', 'authenticated']) as r (name)
    cross join unnest(array['insert', 'update']) as p (name)
    where
        c.relnamespace = 'public'::regnamespace
        and c.relkind in ('r', 'p')
        and not c.relispartition
        and has_column_privilege(r.name, c.oid, a.attnum, p.name)
    group by c.oid, a.attnum, a.attname, e.oid, b.oid, t.oid
),

checks as (
    select
        k.conrelid,
        k.conkey,
        k.conname,
        pg_get_constraintdef(k.oid) as definition
    from pg_catalog.pg_constraint as k
    where
        k.contype = 'c'
        or k.contype = 'f' and obj_description(k.confrelid, 'pg_class') like 'Lookup table: %'
)

select format('clients write %s.%I, and no check bounds its length', w.relation::regclass, w.attname) as fault
from writable as w
where
    w.base in ('text', 'character varying', 'character', 'json', 'jsonb', 'bytea', 'extensions.citext')
    and not exists (
        select
        from checks as k
        where
            k.conrelid = w.relation
            and w.attnum = any(k.conkey)
            and k.definition ~ 'length\(|private\.(is|are)_|= ANY|\{[0-9]+(,[0-9]+)?\}\$|^FOREIGN KEY'
    )
union all
select format('constraint %I of %s has no trigger of private.refuse_value', k.conname, k.conrelid::regclass) as fault
from checks as k
where
    exists (
        select from writable as w
        where w.relation = k.conrelid and w.attnum = any(k.conkey)
    )
    and not exists (
        select
        from pg_catalog.pg_trigger as t
        where
            t.tgrelid = k.conrelid
            and t.tgfoid = 'private.refuse_value()'::regprocedure
            and position(convert_to(k.conname, 'utf8') || '\x00'::bytea in t.tgargs) = 1
    )
