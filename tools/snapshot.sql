-- Functions, views, triggers, policies, grants and comments, an object a row: its name and its definition as text.

with schemas as (
    select
        n.oid,
        n.nspname
    from pg_catalog.pg_namespace as n
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
),

relations as (
    select c.*
    from pg_catalog.pg_class as c
    inner join schemas as s on c.relnamespace = s.oid
    where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
),

acls (object, acl) as (
    select
        'schema ' || n.nspname,
        coalesce(n.nspacl, acldefault('n', n.nspowner))
    from pg_catalog.pg_namespace as n
    inner join schemas as s on n.oid = s.oid
    union all
    select
        'relation ' || c.oid::regclass,
        case c.relkind
            when 'S' then coalesce(c.relacl, acldefault('s', c.relowner))
            else coalesce(c.relacl, acldefault('r', c.relowner))
        end
    from relations as c
    union all
    select
        'column ' || c.oid::regclass || '.' || quote_ident(a.attname),
        a.attacl
    from pg_catalog.pg_attribute as a
    inner join relations as c on a.attrelid = c.oid
    where a.attnum > 0 and not a.attisdropped
    union all
    select
        'function ' || p.oid::regprocedure,
        coalesce(p.proacl, acldefault('f', p.proowner))
    from pg_catalog.pg_proc as p
    inner join schemas as s on p.pronamespace = s.oid
    union all
    select
        format(
            '%s that %s will make in %s',
            case d.defaclobjtype
                when 'r' then 'relations'
                when 'S' then 'sequences'
                when 'f' then 'functions'
                when 'T' then 'types'
                when 'n' then 'schemas'
            end,
            d.defaclrole::regrole,
            coalesce(nullif(d.defaclnamespace, 0)::regnamespace::text, 'any schema')
        ),
        d.defaclacl
    from pg_catalog.pg_default_acl as d
),

grants (object, definition) as (
    select
        'grants on ' || a.object,
        string_agg(
            format(
                '%s to %s%s',
                lower(e.privilege_type),
                coalesce(nullif(e.grantee, 0)::regrole::text, 'public'),
                case when e.is_grantable then ' with grant option' end
            ),
            e'\n'
            order by e.grantee::regrole::text, e.privilege_type
        )
    from acls as a
    cross join lateral aclexplode(a.acl) as e
    group by a.object
)

select
    g.object,
    g.definition
from grants as g
union all
select
    'function ' || p.oid::regprocedure as object,
    pg_get_functiondef(p.oid) || e'\nowner ' || p.proowner::regrole as definition
from pg_catalog.pg_proc as p
inner join schemas as s on p.pronamespace = s.oid
where p.prokind <> 'a'
union all
select
    'aggregate ' || p.oid::regprocedure as object,
    format(
        e'step %s\nstate %s\nstart %s\nend %s\nparallel %s\nowner %s',
        a.aggtransfn,
        format_type(a.aggtranstype, null),
        a.agginitval,
        a.aggfinalfn,
        p.proparallel,
        p.proowner::regrole
    ) as definition
from pg_catalog.pg_aggregate as a
inner join pg_catalog.pg_proc as p on a.aggfnoid = p.oid
inner join schemas as s on p.pronamespace = s.oid
union all
select
    'view ' || c.oid::regclass as object,
    concat_ws(
        e'\n',
        pg_get_viewdef(c.oid),
        'owner ' || c.relowner::regrole,
        array_to_string(c.reloptions, e'\n')
    ) as definition
from relations as c
where c.relkind in ('v', 'm')
union all
select
    'row level security of ' || c.oid::regclass as object,
    concat_ws(
        ', ',
        case when c.relrowsecurity then 'enabled' else 'disabled' end,
        case when c.relforcerowsecurity then 'forced' end
    ) as definition
from relations as c
where c.relkind in ('r', 'p')
union all
select
    format('trigger %I on %s', t.tgname, t.tgrelid::regclass) as object,
    pg_get_triggerdef(t.oid) || case when t.tgenabled = 'D' then ' (disabled)' else '' end as definition
from pg_catalog.pg_trigger as t
inner join relations as c on t.tgrelid = c.oid
where not t.tgisinternal
union all
select
    format('policy %I on %s', p.polname, p.polrelid::regclass) as object,
    concat_ws(
        e'\n',
        case when p.polpermissive then 'permissive' else 'restrictive' end,
        'for ' || case p.polcmd
            when 'r' then 'select'
            when 'a' then 'insert'
            when 'w' then 'update'
            when 'd' then 'delete'
            else 'all'
        end,
        'to ' || (
            select string_agg(coalesce(nullif(r, 0)::regrole::text, 'public'), ', ')
            from unnest(p.polroles) as r
        ),
        'using ' || pg_get_expr(p.polqual, p.polrelid),
        'with check ' || pg_get_expr(p.polwithcheck, p.polrelid)
    ) as definition
from pg_catalog.pg_policy as p
union all
select
    format('comment on %s %s', i.type, i.identity) as object,
    d.description as definition
from pg_catalog.pg_description as d
cross join lateral pg_identify_object(d.classoid, d.objoid, d.objsubid) as i
where d.objoid >= 16384
order by object
