-- Trigger. Refuses a row with a readable sentence before a check constraint refuses it by name; the trigger's WHEN
-- repeats the constraint. Arguments: the constraint, the field, the sentence. Raises 23514.
create or replace function private.refuse_value() returns trigger
language plpgsql set search_path = ''
as $$
begin
    raise exception '%', tg_argv[2]
        using errcode = '23514', detail = jsonb_build_object('field', tg_argv[1])::text,
        schema = tg_table_schema, table = tg_table_name, column = tg_argv[1], constraint = tg_argv[0];
end
$$;
comment on function private.refuse_value() is 'Trigger. Refuses a value with a sentence that describes valid ones.';
revoke execute on function private.refuse_value() from public;
