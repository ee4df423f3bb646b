-- Functions with more than one meaning of their name, that everybody may execute, or whose path a caller chooses:
-- a body that was parsed when it was made (return …) needs none.
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
select format('function %s may be executed by everybody', p.oid::regprocedure) as fault
from functions as p
cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as e
where e.grantee = 0
union all
select format('function %s has no search_path of its own', p.oid::regprocedure) as fault
from functions as p
where
    p.prokind <> 'a'
    and p.prosqlbody is null
    and not coalesce(array_to_string(p.proconfig, ' ') like '%search_path=%', false)
union all
select format('function %s is a security definer in the API''s schema', p.oid::regprocedure) as fault
from functions as p
where p.prosecdef and p.pronamespace = 'public'::regnamespace
