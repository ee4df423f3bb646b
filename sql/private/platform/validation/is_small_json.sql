-- Helper. Returns whether this is a JSON object of at most `most` bytes of text and 8 levels. Null for null.
create or replace function private.is_small_json(value jsonb, most integer) returns boolean
language sql immutable parallel safe
return case
    when value is null then null
    when jsonb_typeof(value) <> 'object' or octet_length(value::text) > most then false
    else not jsonb_path_exists(value, 'strict $.**{9 to last}')
end;
comment on function private.is_small_json(jsonb, integer) is
'Whether this is a JSON object of at most `most` bytes and 8 levels.';
revoke execute on function private.is_small_json(jsonb, integer) from public;
grant execute on function private.is_small_json(jsonb, integer) to anon, authenticated, service_role;
