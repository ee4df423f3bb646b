-- Trigger. Raises 22023 unless the account's time zone is a name in pg_timezone_names.
create or replace function private.check_time_zone() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if not exists (select from pg_catalog.pg_timezone_names as z where z.name = new.time_zone) then
        raise exception 'there is no time zone %', left(new.time_zone, 60)
            using errcode = '22023', detail = '{"field": "time_zone"}',
            hint = 'Send an IANA name such as Europe/Paris.';
    end if;
    return new;
end
$$;
comment on function private.check_time_zone() is 'Trigger. Refuses an unknown time zone.';
revoke execute on function private.check_time_zone() from public;
grant execute on function private.check_time_zone() to authenticated, service_role;
