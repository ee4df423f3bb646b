-- Tables and views of the API, with the types of their columns.
select
    c.relname as name,
    json_object_agg(a.attname, format_type(a.atttypid, null)) as parameters
from pg_catalog.pg_class as c
inner join pg_catalog.pg_attribute as a on c.oid = a.attrelid
where
    c.relnamespace = 'public'::regnamespace
    and c.relkind in ('r', 'p', 'v', 'm')
    and not c.relispartition
    and a.attnum > 0
    and not a.attisdropped
group by c.relname
order by c.relname
