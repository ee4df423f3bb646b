-- Refuse a kind that is none; null means any. Raises 22023.
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
comment on function private.check_kind(text) is 'Refuse a kind that is none.';
revoke execute on function private.check_kind(text) from public;
grant execute on function private.check_kind(text) to anon, authenticated, service_role;
