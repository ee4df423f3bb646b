-- Helper. Returns the columns of an unlisted platform table that cannot contain secrets: times, dates, booleans, enums
-- and the id. Never empty, because an empty list would exclude the table: each row is then exported as an empty object.
-- Called by definer functions only.
create or replace function private.plain_columns(relation regclass) returns text[]
language sql stable set search_path = ''
as $$
    select array_append(coalesce(array_agg(a.attname::text order by a.attnum), '{}'), '')
    from pg_catalog.pg_attribute as a
    join pg_catalog.pg_type as t on t.oid = a.atttypid
    where
        a.attrelid = plain_columns.relation and a.attnum > 0 and not a.attisdropped
        and (
            a.atttypid in ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype, 'boolean'::regtype)
            or t.typtype = 'e'
            or a.attname = 'id' and a.atttypid in ('uuid'::regtype, 'bigint'::regtype, 'integer'::regtype)
        )
$$;
comment on function private.plain_columns(regclass) is 'The columns of a table that cannot contain secrets.';
revoke execute on function private.plain_columns(regclass) from public;
