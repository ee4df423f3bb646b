-- Worker. Deletes rows that are older than their retention in private.data_inventory: up to `batch` rows of each table.
-- Of a table partitioned by month it drops partitions whose rows are all older, and deletes such rows of the default
-- partition. Returns a row per table with the number of deleted rows. Each call is one transaction: repeat it until it
-- returns nothing. Tables of schema realtime are excluded: Realtime drops its own daily partitions.
--   batch  how many rows of a table at most
create or replace function private.apply_retention(batch integer default 10000)
returns table (relation text, removed bigint)
language plpgsql rows 10 set search_path = '' set timezone = 'UTC' set lock_timeout = '5s'
as $$
declare
    v_kept record;
    v_part regclass;
begin
    for v_kept in
        select c.oid::regclass as name, c.relkind = 'p' as is_by_month, i.retention_column, now() - i.retention as until
        from private.data_inventory as i
        join pg_catalog.pg_namespace as n on n.nspname = i.schema_name
        join pg_catalog.pg_class as c on c.relnamespace = n.oid and c.relname = i.table_name
        where i.retention is not null and i.schema_name <> 'realtime' and c.relkind in ('r', 'p')
        order by i.schema_name, i.table_name
    loop
        v_part := v_kept.name;
        if v_kept.is_by_month then
            for v_part in select private.expired_partitions(v_kept.name, v_kept.until) loop
                relation := v_part;
                execute format('select count(*) from %s', v_part) into removed;
                execute format('drop table %s', v_part);
                return next;
            end loop;
            select nullif(t.partdefid, 0)::regclass into v_part
            from pg_catalog.pg_partitioned_table as t
            where t.partrelid = v_kept.name;
        end if;
        relation := v_part;
        removed := private.delete_older_than(v_part, v_kept.retention_column, v_kept.until, batch);
        if removed > 0 then
            return next;
        end if;
    end loop;
end
$$;
comment on function private.apply_retention(integer) is 'Delete rows that are older than their retention.';
revoke execute on function private.apply_retention(integer) from public;
