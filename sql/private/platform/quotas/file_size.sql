-- Helper. Returns the size of a file in bytes by its row's metadata; 0 if it is not known yet.
create or replace function private.file_size(metadata jsonb) returns bigint
language sql immutable set search_path = ''
as $$
    select case
        when jsonb_typeof(metadata -> 'size') = 'number' then greatest((metadata ->> 'size')::numeric, 0)::bigint
        else 0
    end
$$;
comment on function private.file_size(jsonb) is 'The size of a file in bytes; 0 if it is not known yet.';
revoke execute on function private.file_size(jsonb) from public;
