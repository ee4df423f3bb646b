-- Trigger. Raises 23514 if a caller other than the service gives an account a name that looks like a name of the
-- service. Its argument is the column.
create or replace function private.refuse_reserved_name() returns trigger
language plpgsql set search_path = ''
as $$
declare
    v_field text := tg_argv[0];
begin
    if not private.is_service() and private.is_reserved(to_jsonb(new) ->> v_field) then
        raise exception '% must not look like a name of the service, such as admin or support', v_field
            using errcode = '23514', detail = jsonb_build_object('field', v_field)::text,
            schema = tg_table_schema, table = tg_table_name, column = v_field;
    end if;
    return new;
end
$$;
comment on function private.refuse_reserved_name() is 'Trigger. Refuses a name that looks like a name of the service.';
revoke execute on function private.refuse_reserved_name() from public;
