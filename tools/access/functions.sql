-- Functions of public and private: which of the API's roles and which other roles, besides the owner, may execute them.
select
    format('%s.%s', p.pronamespace::regnamespace, p.proname) as name,
    p.prosecdef as is_definer,
    array(
        select r.rolname::text
        from unnest(array['anon', 'authenticated', 'service_role']::name[]) as r (rolname)
        where
            has_schema_privilege(r.rolname, p.pronamespace, 'usage')
            and has_function_privilege(r.rolname, p.oid, 'execute')
    ) as roles,
    array(
        select coalesce(nullif(e.grantee, 0)::regrole::text, 'everybody') as other
        from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as e
        where
            e.grantee <> p.proowner
            and coalesce(nullif(e.grantee, 0)::regrole::text, '') not in ('anon', 'authenticated', 'service_role')
        order by other
    ) as others
from pg_catalog.pg_proc as p
where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
order by p.pronamespace::regnamespace::text desc, p.proname asc, p.oid asc
