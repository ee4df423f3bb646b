-- Functions of this server for changes of tables, which hosted does not have. Run once by supabase_admin, after schema.sql.

set role supabase_realtime_admin;

-- A type in SQL: as regtype alone, `character` would mean a single one.

create or replace function realtime.type_name(type_ regtype) returns text
language sql stable
as $$
  select format_type(type_, -1)
$$;

create or replace function realtime.cast(val text, type_ regtype) returns jsonb
language plpgsql stable
as $$
declare
    v_result jsonb;
begin
    if type_ = 'bytea'::regtype then
        return to_jsonb(val);
    end if;
    execute format('select to_jsonb(%L::%s)', val, realtime.type_name(type_)) into v_result;
    return v_result;
end
$$;

-- Whether a value passes a filter such as `lt.5`. Null passes `is.null` and `isdistinct` only.

create or replace function realtime.passes(
    operator text, type_ regtype, val text, expected text, negated boolean
) returns boolean
language plpgsql stable
as $$
declare
    v_type text := realtime.type_name(type_);
    v_symbol text := case operator
        when 'eq' then '=' when 'neq' then '<>' when 'lt' then '<' when 'lte' then '<=' when 'gt' then '>'
        when 'gte' then '>=' when 'like' then 'like' when 'ilike' then 'ilike' when 'match' then '~'
        when 'imatch' then '~*' when 'isdistinct' then 'is distinct from'
    end;
    v_result boolean;
begin
    if operator = 'is' and expected in ('null', 'true', 'false', 'unknown') then
        execute format('select %L::%s is %s', val, v_type, expected) into v_result;
    elsif operator = 'in' then
        execute format('select %1$L::%2$s = any(%3$L::%2$s[])', val, v_type, expected) into v_result;
    elsif v_symbol is not null then
        execute format('select %1$L::%2$s %3$s %4$L::%2$s', val, v_type, v_symbol, expected) into v_result;
    else
        raise exception 'unsupported equality operator: %', operator;
    end if;
    return coalesce(v_result <> negated, false);
end
$$;

-- As realtime.passes, but false where the comparison fails: a client's pattern such as `a\` is invalid for some values
-- only, and must not keep the change from other clients.

create or replace function realtime.passes_without_error(
    operator text, type_ regtype, val text, expected text, negated boolean
) returns boolean
language plpgsql stable
as $$
begin
    return realtime.passes(operator, type_, val, expected, negated);
exception when others then
    return false;
end
$$;

-- The type of a column that a role may read; null of any other.

create or replace function realtime.readable_type(relation oid, role text, column_name text) returns regtype
language sql stable
as $$
  select a.atttypid::regtype
  from pg_catalog.pg_attribute as a
  where a.attrelid = relation and a.attname = column_name and a.attnum > 0 and not a.attisdropped
    and has_column_privilege(role, relation, a.attnum, 'select')
$$;

-- Raises, in the words of the real server, if a filter cannot be applied to the column that it names.

create or replace function realtime.check_filter(
    relation oid, role text, column_name text, operator text, expected text, negated boolean, longest integer
) returns void
language plpgsql stable
as $$
declare
    v_type regtype := realtime.readable_type(relation, role, column_name);
begin
    if v_type is null then
        raise exception 'invalid column for filter %', column_name;
    elsif operator = 'in' then
        if jsonb_array_length(realtime.cast(expected, (realtime.type_name(v_type) || '[]')::regtype)) > longest then
            raise exception 'too many values for `in` filter. Maximum %', longest;
        end if;
        return;
    elsif operator = 'is' then
        if expected not in ('null', 'true', 'false', 'unknown') then
            raise exception 'invalid value for is filter: must be null, true, false, or unknown';
        elsif expected <> 'null' and v_type <> 'boolean'::regtype then
            raise exception 'is % filter requires a boolean column, got %', expected, v_type;
        end if;
        return;
    elsif operator in ('match', 'imatch') then
        begin
            perform '' ~ expected;
        exception when invalid_regular_expression then
            raise exception 'invalid regular expression for % filter: %', operator, sqlerrm;
        end;
    elsif operator not in ('like', 'ilike') then
        perform realtime.cast(expected, v_type);
    end if;
    begin
        perform realtime.passes(operator, v_type, expected, expected, negated);
    exception when others then
        raise exception 'operator % is not supported on column % of type %: %', operator, column_name, v_type, sqlerrm;
    end;
end
$$;

create or replace function realtime.check_selection(relation oid, role text, names text []) returns void
language plpgsql stable
as $$
declare
    v_name text;
begin
    foreach v_name in array names loop
        if realtime.readable_type(relation, role, v_name) is null then
            raise exception 'invalid column for select %', v_name;
        end if;
    end loop;
end
$$;

-- Whether the caller can select the row.

create or replace function realtime.is_visible(relation regclass, names text [], vals text []) returns boolean
language plpgsql stable
as $$
declare
    v_key text := string_agg(format('%I = %L', k.name, k.val), ' and ') from unnest(names, vals) as k (name, val);
    v_found boolean;
begin
    execute format('select exists (select from %s where %s)', relation, v_key) into v_found;
    return v_found;
end
$$;

revoke execute on function
realtime.type_name, realtime.cast, realtime.passes, realtime.passes_without_error, realtime.readable_type, realtime.check_filter,
realtime.check_selection, realtime.is_visible
from public;
grant execute on function realtime.is_visible to postgres, anon, authenticated, service_role, dashboard_user;

reset role;
