-- Tables with columns, constraints and indexes, types, sequences, extensions, text search, publications, event triggers
-- and the settings of roles, an object a row: its name and its definition as text.

with schemas as (
    select
        n.oid,
        n.nspname,
        n.nspowner
    from pg_catalog.pg_namespace as n
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
),

relations as (
    select c.*
    from pg_catalog.pg_class as c
    inner join schemas as s on c.relnamespace = s.oid
),

attributes as (
    select
        a.*,
        c.relkind,
        row_number() over (partition by a.attrelid order by a.attnum) as position
    from pg_catalog.pg_attribute as a
    inner join relations as c on a.attrelid = c.oid
    where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'f', 'c')
),

columns as (
    select
        a.attrelid,
        a.relkind,
        a.position,
        a.attname,
        concat_ws(
            ' ',
            format_type(a.atttypid, a.atttypmod),
            case when a.attcollation <> t.typcollation then 'collate ' || a.attcollation::regcollation end,
            case when a.attnotnull then 'not null' end,
            case a.attidentity when 'a' then 'identity always' when 'd' then 'identity by default' end,
            case a.attgenerated when 's' then 'stored' when 'v' then 'virtual' else 'default' end
            || ' ' || pg_get_expr(d.adbin, d.adrelid),
            case when a.attstorage <> t.typstorage then 'storage ' || a.attstorage::text end,
            'compression ' || nullif(a.attcompression::text, ''),
            'statistics ' || nullif(a.attstattarget, -1),
            array_to_string(a.attoptions, ', '),
            array_to_string(a.attfdwoptions, ', ')
        ) as definition
    from attributes as a
    inner join pg_catalog.pg_type as t on a.atttypid = t.oid
    left join pg_catalog.pg_attrdef as d on a.attrelid = d.adrelid and a.attnum = d.adnum
)

select
    'schema ' || s.nspname as object,
    'owner ' || s.nspowner::regrole as definition
from schemas as s
union all
select
    'table ' || c.oid::regclass as object,
    concat_ws(
        e'\n',
        case c.relpersistence when 'u' then 'unlogged' end,
        'partition by ' || pg_get_partkeydef(c.oid),
        (
            select string_agg('child of ' || i.inhparent::regclass || ' ' || pg_get_expr(c.relpartbound, c.oid), e'\n')
            from pg_catalog.pg_inherits as i
            where i.inhrelid = c.oid
        ),
        'of ' || nullif(c.reloftype, 0)::regtype,
        'access method ' || am.amname,
        case when c.relreplident <> 'd' then 'replica identity ' || c.relreplident::text end,
        array_to_string(c.reloptions, e'\n'),
        'owner ' || c.relowner::regrole
    ) as definition
from relations as c
left join pg_catalog.pg_am as am on c.relam = am.oid
where c.relkind in ('r', 'p', 'f')
union all
select
    'column ' || a.attrelid::regclass || '.' || quote_ident(a.attname) as object,
    format('%s: %s', a.position, a.definition) as definition
from columns as a
where a.relkind <> 'c'
union all
select
    format(
        'constraint %I on %s', k.conname, coalesce(nullif(k.conrelid, 0)::regclass::text, k.contypid::regtype::text)
    ) as object,
    concat_ws(
        ' ',
        pg_get_constraintdef(k.oid),
        case when k.connoinherit and k.contype = 'c' then 'no inherit' end
    ) as definition
from pg_catalog.pg_constraint as k
inner join schemas as s on k.connamespace = s.oid
-- Server 18 has not null as a constraint too, 17 has not: it stands in the column.
where k.contype <> 'n'
union all
select
    'index ' || i.indexrelid::regclass as object,
    concat_ws(
        ' ',
        pg_get_indexdef(i.indexrelid),
        case when not i.indisvalid then '(invalid)' end,
        case when i.indisclustered then '(clustered)' end,
        case when i.indisreplident then '(replica identity)' end,
        (
            select string_agg(format('(statistics of %s: %s)', a.attnum, a.attstattarget), ' ' order by a.attnum)
            from pg_catalog.pg_attribute as a
            where a.attrelid = i.indexrelid and a.attstattarget >= 0
        )
    ) as definition
from pg_catalog.pg_index as i
inner join relations as c on i.indexrelid = c.oid
union all
select
    'type ' || c.reltype::regtype as object,
    concat_ws(
        e'\n',
        (
            select string_agg(format('%I %s', a.attname, a.definition), e'\n' order by a.position)
            from columns as a
            where a.attrelid = c.oid
        ),
        'owner ' || c.relowner::regrole
    ) as definition
from relations as c
where c.relkind = 'c'
union all
select
    'type ' || t.oid::regtype as object,
    concat_ws(
        e'\n',
        case t.typtype when 'e' then 'enum' when 'd' then 'domain' else 'range' end,
        (
            select string_agg(quote_literal(e.enumlabel), e'\n' order by e.enumsortorder)
            from pg_catalog.pg_enum as e
            where e.enumtypid = t.oid
        ),
        'base ' || format_type(nullif(t.typbasetype, 0), t.typtypmod),
        case when t.typcollation <> b.typcollation then 'collate ' || t.typcollation::regcollation end,
        case when t.typnotnull then 'not null' end,
        'default ' || t.typdefault,
        'of ' || r.rngsubtype::regtype,
        'owner ' || t.typowner::regrole
    ) as definition
from pg_catalog.pg_type as t
inner join schemas as s on t.typnamespace = s.oid
left join pg_catalog.pg_type as b on t.typbasetype = b.oid
left join pg_catalog.pg_range as r on t.oid = r.rngtypid
where t.typtype in ('e', 'd', 'r')
union all
select
    'sequence ' || q.seqrelid::regclass as object,
    format(
        e'%s from %s to %s by %s, starts at %s, cache %s%s\nowned by %s\nowner %s',
        q.seqtypid::regtype, q.seqmin, q.seqmax, q.seqincrement, q.seqstart, q.seqcache,
        case when q.seqcycle then ', cycles' end,
        (
            select string_agg(o.refobjid::regclass || '.' || a.attname, ', ')
            from pg_catalog.pg_depend as o
            inner join pg_catalog.pg_attribute as a on o.refobjid = a.attrelid and o.refobjsubid = a.attnum
            where o.objid = q.seqrelid and o.classid = 'pg_class'::regclass and o.deptype in ('a', 'i')
        ),
        c.relowner::regrole
    ) as definition
from pg_catalog.pg_sequence as q
inner join relations as c on q.seqrelid = c.oid
union all
select
    'extension ' || e.extname as object,
    format('in %s, owner %s', e.extnamespace::regnamespace, e.extowner::regrole) as definition
from pg_catalog.pg_extension as e
union all
select
    'text search configuration ' || g.oid::regconfig as object,
    concat_ws(
        e'\n',
        (
            select 'parser ' || p.prsname
            from pg_catalog.pg_ts_parser as p
            where p.oid = g.cfgparser
        ),
        (
            select
                string_agg(
                    format('%s: %s', m.maptokentype, m.mapdict::regdictionary),
                    e'\n'
                    order by m.maptokentype, m.mapseqno
                )
            from pg_catalog.pg_ts_config_map as m
            where m.mapcfg = g.oid
        ),
        'owner ' || g.cfgowner::regrole
    ) as definition
from pg_catalog.pg_ts_config as g
inner join schemas as s on g.cfgnamespace = s.oid
union all
select
    'text search dictionary ' || y.oid::regdictionary as object,
    concat_ws(' ', t.tmplname, y.dictinitoption, 'owner', y.dictowner::regrole) as definition
from pg_catalog.pg_ts_dict as y
inner join schemas as s on y.dictnamespace = s.oid
inner join pg_catalog.pg_ts_template as t on y.dicttemplate = t.oid
union all
select
    format('statistics %I.%I', x.stxnamespace::regnamespace, x.stxname) as object,
    concat_ws(' ', pg_get_statisticsobjdef(x.oid), 'target ' || nullif(x.stxstattarget, -1)) as definition
from pg_catalog.pg_statistic_ext as x
inner join schemas as s on x.stxnamespace = s.oid
union all
select
    format('rule %I on %s', w.rulename, w.ev_class::regclass) as object,
    pg_get_ruledef(w.oid) as definition
from pg_catalog.pg_rewrite as w
inner join relations as c on w.ev_class = c.oid
where w.rulename <> '_RETURN'
union all
select
    'publication ' || p.pubname as object,
    concat_ws(
        e'\n',
        case when p.puballtables then 'all tables' end,
        concat_ws(
            ', ',
            case when p.pubinsert then 'insert' end,
            case when p.pubupdate then 'update' end,
            case when p.pubdelete then 'delete' end,
            case when p.pubtruncate then 'truncate' end,
            case when p.pubviaroot then 'via the root' end
        ),
        (
            select
                string_agg(
                    concat_ws(' ', r.prrelid::regclass, r.prattrs, pg_get_expr(r.prqual, r.prrelid)), e'\n'
                    order by r.prrelid::regclass::text
                )
            from pg_catalog.pg_publication_rel as r
            where r.prpubid = p.oid
        ),
        (
            select string_agg('schema ' || n.pnnspid::regnamespace, e'\n' order by n.pnnspid::regnamespace::text)
            from pg_catalog.pg_publication_namespace as n
            where n.pnpubid = p.oid
        ),
        'owner ' || p.pubowner::regrole
    ) as definition
from pg_catalog.pg_publication as p
union all
select
    'event trigger ' || v.evtname as object,
    concat_ws(
        ' ',
        v.evtevent,
        array_to_string(v.evttags, ', '),
        v.evtfoid::regprocedure,
        v.evtenabled,
        'owner',
        v.evtowner::regrole
    ) as definition
from pg_catalog.pg_event_trigger as v
union all
select
    format(
        'settings of %s%s',
        coalesce(nullif(u.setrole, 0)::regrole::text, 'all roles'),
        case when u.setdatabase <> 0 then ' in this database' end
    ) as object,
    array_to_string(u.setconfig, e'\n') as definition
from pg_catalog.pg_db_role_setting as u
left join pg_catalog.pg_database as d on u.setdatabase = d.oid
where u.setdatabase = 0 or d.datname = current_database()
order by object
