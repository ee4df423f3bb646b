-- Refuse a query vector that is missing or of the wrong length. Raises 22023.
create or replace function private.check_embedding(query_embedding extensions.vector) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if query_embedding is null or extensions.vector_dims(query_embedding) <> 384 then
        raise exception 'query_embedding must have 384 numbers, not %', coalesce(extensions.vector_dims(query_embedding), 0)
            using errcode = '22023', detail = '{"field": "query_embedding", "dimensions": 384}';
    end if;
    if extensions.vector_norm(query_embedding) = 0 then
        raise exception 'query_embedding must not be all zeros'
            using errcode = '22023', detail = '{"field": "query_embedding"}';
    end if;
end
$$;
comment on function private.check_embedding(extensions.vector) is 'Refuse a query vector of the wrong length.';
revoke execute on function private.check_embedding(extensions.vector) from public;
grant execute on function private.check_embedding(extensions.vector) to anon, authenticated, service_role;
