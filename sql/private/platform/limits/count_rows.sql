-- Trigger. Counts the rows that a client's statement wrote against the caller's limits for the table and for all tables
-- together (scope rows). Raises 429 rate_limited and 413 too_many_rows. Rows written by triggers and roles without such
-- a limit are not counted.
-- Definer: no API role has privileges on the limits; it only counts its caller.
create or replace function private.count_rows() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_limits private.rate_limits[];
    v_rows bigint;
    v_caller text;
begin
    if pg_trigger_depth() > 1 then
        return null;
    end if;
    v_limits := array(
        select l
        from private.rate_limits as l
        where l.role = current_setting('role', true) and l.scope in ('rows', tg_table_name)
        order by l.scope
    );
    if v_limits = '{}' then
        return null;
    end if;
    select count(*) into v_rows from changed_rows;
    v_caller := coalesce(
        nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub', private.current_network()
    );
    for v_at in 1 .. cardinality(v_limits) loop
        perform private.take_row_slots(v_limits[v_at], v_caller, v_rows);
    end loop;
    return null;
end
$$;
comment on function private.count_rows() is 'Trigger. Counts the rows that a client writes, or refuses them.';
revoke execute on function private.count_rows() from public;
