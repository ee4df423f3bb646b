-- Policies that are not named TABLE_ACTION_WHO, that apply to PUBLIC, or that permit anon to write.
with policies as (
    select
        p.polname,
        p.polroles,
        c.oid::regclass as relation,
        c.relname,
        case p.polcmd
            when 'r' then 'select'
            when 'a' then 'insert'
            when 'w' then 'update'
            when 'd' then 'delete'
            else 'all'
        end as action
    from pg_catalog.pg_policy as p
    inner join pg_catalog.pg_class as c on p.polrelid = c.oid
)

select format('policy %I on %s is not named %s_%s_WHO', p.polname, p.relation, p.relname, p.action) as fault
from policies as p
where
    not starts_with(p.polname, format('%s_%s_', p.relname, p.action))
    or p.polname !~ '[a-z0-9]$'
union all
select format('policy %I on %s applies to PUBLIC: name its roles', p.polname, p.relation) as fault
from policies as p
where 0 = any(p.polroles)
union all
select format('policy %I on %s lets anon write', p.polname, p.relation) as fault
from policies as p
where
    p.action <> 'select'
    and (0 = any(p.polroles) or 'anon'::regrole = any(p.polroles))
