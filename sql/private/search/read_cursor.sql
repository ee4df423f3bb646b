-- What private.write_cursor wrote; null for null. Raises 22023 for anything else, and for another search's.
create or replace function private.read_cursor(cursor text, search text) returns jsonb
language plpgsql immutable set search_path = ''
as $$
declare
    v_read jsonb;
begin
    if read_cursor.cursor is null then
        return null;
    end if;
    perform private.check_length('cursor', read_cursor.cursor, 1000);
    begin
        v_read := convert_from(
            decode(translate(read_cursor.cursor, '-_', '+/') || repeat('=', -length(read_cursor.cursor) & 3), 'base64'),
            'utf8'
        )::jsonb;
        if v_read ->> 'search' = read_cursor.search
            and (v_read ->> 'as_of')::integer >= 0
            and (v_read ->> 'score')::double precision >= 0
            and (v_read ->> 'document')::integer >= 0
        then
            return v_read;
        end if;
    exception when data_exception or invalid_text_representation then
        null;
    end;
    raise exception 'cursor is not that of a page of this search'
        using errcode = '22023', detail = '{"field": "cursor"}',
        hint = 'Send next_cursor as it came, with the query and the filters that it came for.';
end
$$;
comment on function private.read_cursor(text, text) is 'Where the page before ended.';
revoke execute on function private.read_cursor(text, text) from public;
grant execute on function private.read_cursor(text, text) to anon, authenticated, service_role;
