-- Helper. Raises 22023 unless kind is one of public.kinds. Null is accepted and means any kind.
create or replace function private.check_kind(kind text) returns void
language plpgsql stable set search_path = ''
as $$
begin
    if not private.is_kind(kind) then
        raise exception 'kind must be %, not %',
            (select private.either(array_agg(k.name order by k.position)) from public.kinds as k), left(kind, 40)
            using errcode = '22023', detail = '{"field": "kind"}';
    end if;
end
$$;
comment on function private.check_kind(text) is 'Raise an error for an unknown kind of item.';
revoke execute on function private.check_kind(text) from public;
grant execute on function private.check_kind(text) to anon, authenticated, service_role;
