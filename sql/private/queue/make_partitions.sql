-- Make the monthly tables of event tables, from last month to three months ahead. Run daily by a worker;
-- doing it again does nothing. An event of a month without a table goes to the default one, never lost.
create or replace function private.make_partitions() returns void
language plpgsql set search_path = ''
as $$
declare
    v_month date;
begin
    for v_month in
        select m::date
        from generate_series(
            date_trunc('month', now() at time zone 'UTC') - interval '1 month',
            date_trunc('month', now() at time zone 'UTC') + interval '3 months',
            interval '1 month'
        ) as m
    loop
        continue when to_regclass(format('private.interactions_%s', to_char(v_month, 'YYYY_MM'))) is not null;
        execute format(
            'create table private.interactions_%s partition of public.interactions for values from (%L) to (%L)',
            to_char(v_month, 'YYYY_MM'), v_month, (v_month + interval '1 month')::date
        );
    end loop;
end
$$;
comment on function private.make_partitions() is 'Make the coming months'' tables of the event tables.';
revoke execute on function private.make_partitions() from public;
