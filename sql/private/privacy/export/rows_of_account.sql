-- Helper. Returns all rows that belong to an account as {"table": [row, …]}; table names outside public include their
-- schema. Called by definer functions only.
create or replace function private.rows_of_account(account_id uuid) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_tables private.personal_table[] := array(select p from private.personal_tables() as p);
    v_table private.personal_table;
    v_rows jsonb;
    v_all jsonb := '{}';
begin
    foreach v_table in array v_tables loop
        continue when v_table.exported_columns = '{}' or not has_table_privilege(v_table.relation, 'select');
        execute format(
            'select coalesce(jsonb_agg(to_jsonb(t) - (%s)), ''[]'') from %s as t where %s',
            private.hidden_columns(v_table, v_tables), v_table.relation, v_table.owned
        ) into v_rows using account_id;
        v_all := v_all || jsonb_build_object(
            concat_ws('.', nullif(v_table.schema_name, 'public'), v_table.table_name), v_rows
        );
    end loop;
    return v_all;
end
$$;
comment on function private.rows_of_account(uuid) is 'All rows that belong to an account.';
revoke execute on function private.rows_of_account(uuid) from public;
