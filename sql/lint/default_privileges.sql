-- Default privileges by which roles would get access to new tables, sequences or functions: every object must state its
-- own grants.
select
    format(
        '%s that %s creates%s are granted to %s by default',
        case d.defaclobjtype
            when 'r' then 'tables'
            when 'S' then 'sequences'
            when 'f' then 'functions'
            when 'T' then 'types'
            else 'schemas'
        end,
        d.defaclrole::regrole,
        coalesce(' in ' || nullif(d.defaclnamespace, 0)::regnamespace, ''),
        coalesce(nullif(e.grantee, 0)::regrole::text, 'PUBLIC')
    ) as fault
from pg_catalog.pg_default_acl as d
cross join lateral aclexplode(d.defaclacl) as e
where
    e.grantee <> d.defaclrole
    and d.defaclrole = 'postgres'::regrole
    and d.defaclnamespace in (0, 'public'::regnamespace, 'private'::regnamespace)
    and d.defaclobjtype <> 'T'
