-- Helper. Decodes a cursor of private.write_cursor; returns null for null. Raises 22023 for any other text and for a
-- cursor of another search.
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
    raise exception 'cursor does not belong to this search'
        using errcode = '22023', detail = '{"field": "cursor"}',
        hint = 'Send next_cursor unchanged, with the same query and filters.';
end
$$;
comment on function private.read_cursor(text, text) is 'Decodes the cursor of a page of a search.';
revoke execute on function private.read_cursor(text, text) from public;
grant execute on function private.read_cursor(text, text) to anon, authenticated, service_role;
