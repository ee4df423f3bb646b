-- name: insert_samples
insert into realtime.messages (topic, extension)
values (%(topic)s, 'broadcast'), (%(topic)s, 'presence')
returning id;

-- name: as_user
select
  set_config('role', %(role)s, true),
  set_config('realtime.topic', %(topic)s, true),
  set_config('request.jwt.claims', %(claims)s, true),
  set_config('request.headers', %(headers)s, true);

-- name: seen_samples
select extension from realtime.messages where id = any(%(ids)s);

-- name: insert_sample
insert into realtime.messages (topic, extension) values (%(topic)s, %(extension)s);

-- name: replayed
select id, event, payload::text
from realtime.messages
where topic = %(topic)s and private and extension = 'broadcast' and event is not null
  and inserted_at >= to_timestamp(%(since)s::double precision / 1000) at time zone 'utc'
order by inserted_at desc
limit %(limit)s;

-- name: partitions
select c.relname as name
from pg_catalog.pg_inherits as i
join pg_catalog.pg_class as c on c.oid = i.inhrelid
where i.inhparent = 'realtime.messages'::regclass;

-- name: published
select format('%%I.%%I', schemaname, tablename)::regclass::oid as oid
from pg_catalog.pg_publication_tables
where pubname = 'supabase_realtime'
  and (%(schema)s = '*' or schemaname = %(schema)s)
  and (%(table)s = '*' or tablename = %(table)s);

-- name: check_filter
select realtime.check_filter(%(oid)s::oid, %(role)s, %(column)s, %(operator)s, %(value)s, %(negated)s, %(longest)s);

-- name: check_selection
select realtime.check_selection(%(oid)s::oid, %(role)s, %(names)s);

-- name: describe
select
  a.attname as name, format_type(a.atttypid, a.atttypmod) as type, t.typname as short_type,
  coalesce(a.attnum = any(i.indkey), false) as is_key, c.relrowsecurity as secured,
  array(
    select r.name
    from unnest(%(roles)s::text[]) as r (name)
    where has_column_privilege(r.name, c.oid, a.attnum, 'select')
  ) as readable_by
from pg_catalog.pg_class as c
join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_catalog.pg_type as t on t.oid = a.atttypid
left join pg_catalog.pg_index as i on i.indrelid = c.oid and i.indisprimary
where c.oid = %(oid)s
order by a.attnum;

-- name: cast_row
select jsonb_object_agg(v.name, realtime.cast(v.value, v.type::regtype)) as row
from unnest(%(names)s::text[], %(values)s::text[], %(types)s::text[]) as v (name, value, type);

-- name: pass_filters
select realtime.passes_without_error(f.operator, f.type::regtype, f.value, f.expected, f.negated) as passes
from unnest(
  %(operators)s::text[], %(types)s::text[], %(values)s::text[], %(expected)s::text[], %(negated)s::boolean[]
) with ordinality as f (operator, type, value, expected, negated, place)
order by f.place;

-- name: limit_time
select set_config('statement_timeout', %(within)s, true);

-- name: snapshot
select pg_current_snapshot()::text as snapshot;

-- name: is_visible
select realtime.is_visible(%(oid)s::oid::regclass, %(names)s, %(values)s) as visible;
