-- Aggregates, and functions whose body is parsed at creation.
select format('%s.%s', p.pronamespace::regnamespace, p.proname) as name
from pg_catalog.pg_proc as p
where
    p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
    and (p.prokind = 'a' or p.prosqlbody is not null)
