-- Functions that are overloaded, executable by PUBLIC, without a fixed search path, or security definers in schema
-- public. SQL-standard bodies (return …) need no search path: they are parsed at creation.
with functions as (
    select p.*
    from pg_catalog.pg_proc as p
    where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
)

select format('%s.%I exists %s times: no overloads', p.pronamespace::regnamespace, p.proname, count(*)) as fault
from functions as p
group by p.pronamespace, p.proname
having count(*) > 1
union all
select format('function %s can be executed by PUBLIC', p.oid::regprocedure) as fault
from functions as p
cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as e
where e.grantee = 0
union all
select format('function %s has no fixed search_path', p.oid::regprocedure) as fault
from functions as p
where
    p.prokind <> 'a'
    and p.prosqlbody is null
    and not coalesce(array_to_string(p.proconfig, ' ') like '%search_path=%', false)
union all
select format('function %s is a security definer in the API''s schema', p.oid::regprocedure) as fault
from functions as p
where p.prosecdef and p.pronamespace = 'public'::regnamespace
