-- Functions that clients of the API may call, with names and types of their parameters.
select
    p.proname as name,
    coalesce(
        (
            select json_object_agg(a.name, format_type(a.type, null))
            from unnest(p.proargnames, coalesce(p.proallargtypes, p.proargtypes::oid []), p.proargmodes)
            as a (name, type, mode)
            where coalesce(a.mode, 'i') in ('i', 'b', 'v')
        ),
        '{}'
    ) as parameters
from pg_catalog.pg_proc as p
where
    p.pronamespace = 'public'::regnamespace
    and p.prokind = 'f'
    and p.prorettype <> 'trigger'::regtype
order by p.proname
