-- Objects that files of sql/ define: functions, helper views, policies, and triggers that call our functions. Triggers
-- of partitions are created with the partition.

select format('function %I.%I', p.pronamespace::regnamespace, p.proname) as object
from pg_catalog.pg_proc as p
where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
union
select format('view %I.%I', c.relnamespace::regnamespace, c.relname) as object
from pg_catalog.pg_class as c
where c.relnamespace = 'private'::regnamespace and c.relkind in ('v', 'm')
union
select format('policy %I on %s', p.polname, p.polrelid::regclass) as object
from pg_catalog.pg_policy as p
union
select format('trigger %I on %s', t.tgname, t.tgrelid::regclass) as object
from pg_catalog.pg_trigger as t
inner join pg_catalog.pg_proc as p on t.tgfoid = p.oid
where
    p.pronamespace = 'private'::regnamespace
    and t.tgparentid = 0
    and t.tgrelid::regclass::text !~ '_\d{4}_\d{2}$'
