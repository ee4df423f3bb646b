-- Foreign keys without a supporting index: a delete in the referenced table would scan the whole table. Keys to lookup
-- tables need none: rows of those are deleted by migrations alone. An index supports a key when it starts with the
-- key's columns, or with those of them that refer to a column that is unique by itself.
with indexes as (
    select
        i.indrelid,
        i.indisunique,
        (i.indkey::int2[])[0:i.indnkeyatts - 1] as columns
    from pg_catalog.pg_index as i
    where i.indisvalid and i.indpred is null
),

pointing as (
    select
        k.oid,
        array_agg(k.conkey[p.place]) as columns
    from pg_catalog.pg_constraint as k
    inner join indexes as target on k.confrelid = target.indrelid and target.indisunique and target.columns <@ k.confkey
    cross join unnest(k.confkey) with ordinality as p (target, place)
    where k.contype = 'f' and p.target = any(target.columns)
    group by k.oid, target.columns
)

select format('foreign key %I of %s has no index', k.conname, k.conrelid::regclass) as fault
from pg_catalog.pg_constraint as k
where
    k.contype = 'f'
    and k.conparentid = 0
    and coalesce(obj_description(k.confrelid, 'pg_class'), '') not like 'Lookup table: %'
    and k.connamespace in ('public'::regnamespace, 'private'::regnamespace)
    and not exists (
        select
        from pointing as p
        inner join indexes as own on own.columns[1:cardinality(p.columns)] @> p.columns
        where p.oid = k.oid and own.indrelid = k.conrelid
    )
