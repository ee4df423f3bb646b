-- Helper. Raises 22023 unless the query embedding has 384 dimensions and a norm of 0.001 to 60,000: beyond it
-- similarities overflow or are NaN, since the indexes hold vectors at half precision.
create or replace function private.check_embedding(query_embedding extensions.vector) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if query_embedding is null or extensions.vector_dims(query_embedding) <> 384 then
        raise exception 'query_embedding must have 384 numbers, not %', coalesce(extensions.vector_dims(query_embedding), 0)
            using errcode = '22023', detail = '{"field": "query_embedding", "dimensions": 384}';
    end if;
    if extensions.vector_norm(query_embedding) between 0.001 and 60000 then
        return;
    end if;
    raise exception 'query_embedding must have a norm of 0.001 to 60,000, so not all zeros'
        using errcode = '22023', detail = '{"field": "query_embedding", "min": 0.001, "max": 60000}';
end
$$;
comment on function private.check_embedding(extensions.vector) is
'Raises an error unless the query embedding has 384 dimensions and a usable norm.';
revoke execute on function private.check_embedding(extensions.vector) from public;
grant execute on function private.check_embedding(extensions.vector) to anon, authenticated, service_role;
