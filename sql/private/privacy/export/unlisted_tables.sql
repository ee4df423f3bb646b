-- Helper. Returns the tables that lead to people and that private.data_inventory does not list, such as those of a
-- later version of Auth. `make drift` reports them, and an operator adds a row for each. Until then their rows are
-- exported by the columns of private.plain_columns, and erased unless private.personal_tables keeps them.
create or replace function private.unlisted_tables() returns setof text
language sql stable rows 1 set search_path = ''
as $$
    select p.relation::text
    from private.personal_tables() as p
    where not exists (
        select from private.data_inventory as i where i.schema_name = p.schema_name and i.table_name = p.table_name
    )
    order by p.relation::text
$$;
comment on function private.unlisted_tables() is 'Tables with rows of people that the inventory does not list.';
revoke execute on function private.unlisted_tables() from public;
