-- Helper. Returns an SQL expression, a text[] of the columns that an export omits from a row t; $1 is the user's id.
-- These are columns that the inventory does not export, and columns that refer to rows of other people.
--   personal  the table
--   people    all tables with rows of people, from private.personal_tables
-- Called by definer functions only.
create or replace function private.hidden_columns(personal private.personal_table, people private.personal_table[])
returns text
language sql stable set search_path = ''
as $$
    with columns_left_out as (
        select quote_literal(array_agg(a.attname::text)) || '::text[]' as expression
        from pg_catalog.pg_attribute as a
        where
            a.attrelid = (personal).relation
            and a.attnum > 0
            and a.attname <> all ((personal).exported_columns)
    ), columns_of_others as (
        select format(
            'case when (%1$s) is null or (%1$s) in (select %2$s from %3$s where %4$s) '
            'then ''{}''::text[] else %5$L::text[] end',
            private.column_list(f.columns, 't'), private.column_list(f.referenced), k.confrelid::regclass, p.owned,
            array(
                select c.name from unnest(f.columns) as c (name) where c.name <> all ((personal).owner_columns)
            )
        ) as expression
        from pg_catalog.pg_constraint as k
        cross join lateral private.foreign_key(k.oid) as f
        join unnest(hidden_columns.people) as p on p.relation = k.confrelid
        where
            k.conrelid = (personal).relation
            and k.contype = 'f'
            and not f.columns <@ (personal).owner_columns
    )
    select coalesce(string_agg(e.expression, ' || '), '''{}''::text[]')
    from (
        select l.expression from columns_left_out as l
        union all
        select o.expression from columns_of_others as o
    ) as e
$$;
comment on function private.hidden_columns(private.personal_table, private.personal_table[]) is
'SQL for the columns that an export omits from a table''s rows.';
revoke execute on function private.hidden_columns(private.personal_table, private.personal_table[]) from public;
