-- Helper. Raises 22023 unless the query embedding has 384 dimensions and is not all zeros.
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
comment on function private.check_embedding(extensions.vector) is
'Raises an error unless the query embedding has 384 dimensions and is not zero.';
revoke execute on function private.check_embedding(extensions.vector) from public;
grant execute on function private.check_embedding(extensions.vector) to anon, authenticated, service_role;
