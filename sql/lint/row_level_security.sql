-- Tables of schema public without row level security, and views that do not run as their caller.
select format('table %s has no row level security', c.oid::regclass) as fault
from pg_catalog.pg_class as c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relrowsecurity
union all
select format('view %s does not run as its caller: security_invoker', c.oid::regclass) as fault
from pg_catalog.pg_class as c
where
    c.relnamespace = 'public'::regnamespace
    and c.relkind = 'v'
    and not coalesce(c.reloptions::text[] && array['security_invoker=true', 'security_invoker=on'], false)
