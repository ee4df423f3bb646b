-- Helper. Returns the column names quoted for SQL and separated by commas, such as a, "b c"; with the alias before each
-- if one is given.
create or replace function private.column_list(columns text[], alias text default null) returns text
language sql immutable set search_path = ''
as $$
    select string_agg(coalesce(quote_ident(column_list.alias) || '.', '') || quote_ident(c.name), ', ' order by c.place)
    from unnest(column_list.columns) with ordinality as c (name, place)
$$;
comment on function private.column_list(text[], text) is 'Column names, quoted and separated by commas.';
revoke execute on function private.column_list(text[], text) from public;
