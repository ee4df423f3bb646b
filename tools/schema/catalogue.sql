-- Each table, view and type of our schemas with its columns, constraints and indexes. Left out: monthly
-- partitions, which functions make, and views of the schema private, which have files of their own.

with relations as (
    select
        c.*,
        n.nspname
    from pg_catalog.pg_class as c
    inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
    where
        n.nspname in ('public', 'private', 'procrastinate')
        and (c.relkind in ('r', 'p', 'c') or (c.relkind = 'v' and n.nspname = 'public'))
        and c.relname !~ '_\d{4}_\d{2}$'
)

select
    c.nspname || '.' || quote_ident(c.relname) as name,
    case c.relkind when 'v' then 'view' when 'c' then 'type' else 'table' end as kind,
    coalesce(obj_description(c.oid, 'pg_class'), obj_description(c.reltype, 'pg_type')) as comment,
    concat_ws(
        ' ',
        'partition by ' || pg_get_partkeydef(c.oid),
        'with (' || array_to_string(c.reloptions, ', ') || ')'
    ) as options,
    c.relpersistence = 'u' as is_unlogged,
    (
        select format('partition of %s %s', i.inhparent::regclass, pg_get_expr(c.relpartbound, c.oid))
        from pg_catalog.pg_inherits as i
        where i.inhrelid = c.oid
    ) as partition,
    case when c.relkind = 'v' then pg_get_viewdef(c.oid, true) end as definition,
    (
        select
            coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'name', quote_ident(a.attname),
                        'type', format_type(a.atttypid, a.atttypmod),
                        'collation', nullif(a.attcollation, t.typcollation)::regcollation,
                        'is_required', a.attnotnull,
                        'identity', a.attidentity,
                        'generated', a.attgenerated,
                        'default', pg_get_expr(d.adbin, d.adrelid, true),
                        'comment', col_description(c.oid, a.attnum)
                    )
                    order by a.attnum
                ), '[]'
            )
        from pg_catalog.pg_attribute as a
        inner join pg_catalog.pg_type as t on a.atttypid = t.oid
        left join pg_catalog.pg_attrdef as d on a.attrelid = d.adrelid and a.attnum = d.adnum
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    ) as columns,
    (
        select
            coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'name', quote_ident(k.conname),
                        'kind', k.contype,
                        'definition', pg_get_constraintdef(k.oid, true),
                        'comment', obj_description(k.oid, 'pg_constraint')
                    )
                    order by array_position('{p,u,x,f,c}', k.contype::text), k.conname
                ), '[]'
            )
        from pg_catalog.pg_constraint as k
        where k.conrelid = c.oid and k.contype in ('p', 'u', 'x', 'f', 'c') and k.conparentid = 0
    ) as constraints,
    (
        select
            coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'name', i.indexrelid::regclass,
                        'definition', pg_get_indexdef(i.indexrelid, 0, true),
                        'comment', obj_description(i.indexrelid, 'pg_class')
                    )
                    order by i.indexrelid::regclass::text
                ), '[]'
            )
        from pg_catalog.pg_index as i
        inner join pg_catalog.pg_class as x on i.indexrelid = x.oid and not x.relispartition
        left join pg_catalog.pg_constraint as k on i.indexrelid = k.conindid and k.contype in ('p', 'u', 'x')
        where i.indrelid = c.oid and k.oid is null
    ) as indexes
from relations as c
union all
select
    t.oid::regtype::text as name,
    case t.typtype when 'e' then 'enum' else 'domain' end as kind,
    obj_description(t.oid, 'pg_type') as comment,
    '' as options,
    false as is_unlogged,
    null as partition,
    coalesce(
        (
            select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder)
            from pg_catalog.pg_enum as e
            where e.enumtypid = t.oid
        ),
        concat_ws(
            ' ',
            format_type(nullif(t.typbasetype, 0), t.typtypmod),
            case when t.typnotnull then 'not null' end,
            'default ' || t.typdefault
        )
    ) as definition,
    '[]' as columns,
    (
        select
            coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'name', quote_ident(k.conname),
                        'kind', k.contype,
                        'definition', pg_get_constraintdef(k.oid, true),
                        'comment', obj_description(k.oid, 'pg_constraint')
                    )
                    order by k.conname
                ), '[]'
            )
        from pg_catalog.pg_constraint as k
        where k.contypid = t.oid and k.contype = 'c'
    ) as constraints,
    '[]' as indexes
from pg_catalog.pg_type as t
where t.typtype in ('e', 'd') and t.typnamespace::regnamespace::text in ('public', 'private', 'procrastinate')
order by name
