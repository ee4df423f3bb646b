-- Trigger, with a constraint's name, its field and a sentence: refuses the row as the constraint would, and says what
-- the field can be. Where its WHEN repeats the constraint, clients read the sentence and not the constraint's name.
-- Raises 23514.
create or replace function private.refuse_value() returns trigger
language plpgsql set search_path = ''
as $$
begin
    raise exception '%', tg_argv[2]
        using errcode = '23514', detail = jsonb_build_object('field', tg_argv[1])::text,
        schema = tg_table_schema, table = tg_table_name, column = tg_argv[1], constraint = tg_argv[0];
end
$$;
comment on function private.refuse_value() is 'Trigger: refuses a value and says what it can be.';
revoke execute on function private.refuse_value() from public;
