-- Helper. Deletes up to `batch` rows of a table that are older than the moment; returns how many. Of an append-only
-- table it deletes none and logs a warning: only whole partitions of it are dropped. Called by private.apply_retention.
create or replace function private.delete_older_than(
    relation regclass, age_column text, moment timestamptz, batch integer
)
returns bigint
language plpgsql set search_path = '' set timezone = 'UTC'
as $$
declare
    v_removed bigint := 0;
begin
    if relation is not null then
        execute format(
            'delete from %1$s where ctid = any(array(select t.ctid from %1$s as t where t.%2$I < $1 limit $2))',
            relation, age_column
        ) using moment, batch;
        get diagnostics v_removed = row_count;
    end if;
    return v_removed;
exception when insufficient_privilege then
    raise warning 'old rows of % cannot be deleted: %', relation, sqlerrm;
    return 0;
end
$$;
comment on function private.delete_older_than(regclass, text, timestamptz, integer) is
'Delete rows of a table that are older than a moment.';
revoke execute on function private.delete_older_than(regclass, text, timestamptz, integer) from public;
