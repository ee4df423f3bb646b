-- Reference rows, the rows of a new database: one row a table, with a line of JSON for each of its rows. Columns filled
-- by the time, at random or by a sequence are left out.

create or replace function pg_temp.reference_rows(relation regclass) returns text
language plpgsql
as $$
declare
    v_filled text[] := array(
        select a.attname
        from pg_catalog.pg_attribute as a
        left join pg_catalog.pg_attrdef as d on a.attrelid = d.adrelid and a.attnum = d.adnum
        where
            a.attrelid = relation
            and a.attnum > 0
            and (
                a.attidentity <> ''
                or pg_get_expr(d.adbin, d.adrelid) ~ '\m(now|clock_timestamp|gen_random_uuid|uuidv7|random|nextval)\('
            )
    );
    v_rows text;
begin
    execute format(
        $q$
            select string_agg(r.line, e'\n' order by r.line collate "C")
            from (select (to_jsonb(t) - $1)::text as line from %s as t) as r
        $q$, relation
    ) into v_rows using v_filled;
    return v_rows;
end
$$;

select
    'rows of ' || c.oid::regclass as object,
    pg_temp.reference_rows(c.oid) as definition
from pg_catalog.pg_class as c
where
    c.relkind in ('r', 'p')
    and not c.relispartition
    and (
        c.relnamespace::regnamespace::text in ('public', 'private', 'procrastinate')
        or c.oid = to_regclass('storage.buckets')
        or c.oid = to_regclass('cron.job')
    )
    and pg_temp.reference_rows(c.oid) is not null
order by object
