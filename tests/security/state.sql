-- A query that detects any write to public and private: for each table its number of rows and their versions.
select
    string_agg(
        format(
            'select %L as name, count(*), coalesce(sum(xmin::text::bigint), 0), coalesce(max(ctid)::text, %L) from %s',
            c.oid::regclass, '', c.oid::regclass
        ),
        ' union all ' order by c.oid
    ) as query
from pg_catalog.pg_class as c
where
    c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
    and c.relkind = 'r'
