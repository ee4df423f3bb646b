-- The queue's functions name its tables without a schema: they find them whoever calls, and no others.

set lock_timeout = '10s';

do $$
declare
    v_function regprocedure;
begin
    for v_function in
        select p.oid
        from pg_catalog.pg_proc as p
        where p.pronamespace = 'procrastinate'::regnamespace
    loop
        execute format('alter function %s set search_path = procrastinate, pg_temp', v_function);
    end loop;
end
$$;
