-- Helper. Returns the columns of a foreign key and the columns they refer to, in the same order.
create or replace function private.foreign_key(constraint_id oid, out columns text[], out referenced text[])
language sql stable set search_path = ''
as $$
    select
        array_agg(a.attname::text order by k.place),
        array_agg(f.attname::text order by k.place)
    from pg_catalog.pg_constraint as c
    cross join lateral unnest(c.conkey, c.confkey) with ordinality as k (attnum, referenced, place)
    join pg_catalog.pg_attribute as a on a.attrelid = c.conrelid and a.attnum = k.attnum
    join pg_catalog.pg_attribute as f on f.attrelid = c.confrelid and f.attnum = k.referenced
    where c.oid = foreign_key.constraint_id
$$;
comment on function private.foreign_key(oid) is 'The columns of a foreign key and those they refer to.';
revoke execute on function private.foreign_key(oid) from public;
