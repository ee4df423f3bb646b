-- Columns as SQL writes them, with a table's alias if one is given: a, "b c".
create or replace function private.column_list(columns text[], alias text default null) returns text
language sql immutable set search_path = ''
as $$
    select string_agg(coalesce(quote_ident(column_list.alias) || '.', '') || quote_ident(c.name), ', ' order by c.place)
    from unnest(column_list.columns) with ordinality as c (name, place)
$$;
comment on function private.column_list(text[], text) is 'Columns as SQL writes them.';
revoke execute on function private.column_list(text[], text) from public;
