-- Helper. Returns the UUIDs in a job's arguments and locks. An index on it finds the jobs of an account.
create or replace function private.ids_of_job(args jsonb, lock text, queueing_lock text) returns uuid[]
language sql immutable parallel safe set search_path = ''
as $$
    select array(
        select distinct lower(m[1])::uuid
        from pg_catalog.regexp_matches(
            coalesce(args::text, '') || ' ' || coalesce(lock, '') || ' ' || coalesce(queueing_lock, ''),
            '([0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12})', 'g'
        ) as m
    )
$$;
comment on function private.ids_of_job(jsonb, text, text) is 'The UUIDs in a job''s arguments and locks.';
revoke execute on function private.ids_of_job(jsonb, text, text) from public;
