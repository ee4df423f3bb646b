-- Worker. Creates the monthly partitions of interactions and audit_log that are missing, from last month to three
-- months ahead. Runs daily. Rows of a month without a partition go to the default partition.
create or replace function private.make_partitions() returns void
language plpgsql set search_path = ''
as $$
declare
    v_table text;
    v_month date;
    v_part text;
begin
    for v_table, v_month in
        select t, m::date
        from unnest(array['public.interactions', 'private.audit_log']) as t
        cross join generate_series(
            date_trunc('month', now() at time zone 'UTC') - interval '1 month',
            date_trunc('month', now() at time zone 'UTC') + interval '3 months',
            interval '1 month'
        ) as m
    loop
        v_part := format('private.%s_%s', split_part(v_table, '.', 2), to_char(v_month, 'YYYY_MM'));
        continue when to_regclass(v_part) is not null;
        execute format(
            'create table %s partition of %s for values from (%L) to (%L)',
            v_part, v_table, v_month, (v_month + interval '1 month')::date
        );
        if v_table = 'private.audit_log' then
            -- Partitions inherit row triggers but not statement triggers.
            execute format(
                'create trigger append_only_whole before truncate on %s '
                'for each statement execute function private.refuse_change()', v_part
            );
        end if;
    end loop;
end
$$;
comment on function private.make_partitions() is 'Create the missing monthly partitions of interactions and audit_log.';
revoke execute on function private.make_partitions() from public;
