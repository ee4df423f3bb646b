-- The columns of a table of the platform that an export shows although nobody said which hold secrets: times, yes and
-- no, enums, and the id. Never empty: a table without any is still in the export, with an empty object for each row.
-- For definer functions only.
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
comment on function private.plain_columns(regclass) is 'The columns of a table that certainly hold no secret.';
revoke execute on function private.plain_columns(regclass) from public;
