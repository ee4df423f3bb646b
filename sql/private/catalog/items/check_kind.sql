-- Helper. Raises 22023 unless kind is movie, tv_show, sports or book. Null is accepted and means any kind.
create or replace function private.check_kind(kind text) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if kind not in ('movie', 'tv_show', 'sports', 'book') then
        raise exception 'kind must be movie, tv_show, sports or book, not %', left(kind, 40)
            using errcode = '22023', detail = '{"field": "kind"}';
    end if;
end
$$;
comment on function private.check_kind(text) is 'Raise an error for an unknown kind of item.';
revoke execute on function private.check_kind(text) from public;
grant execute on function private.check_kind(text) to anon, authenticated, service_role;
