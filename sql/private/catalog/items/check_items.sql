-- Helper. Raises 23503, naming the id, if an item does not exist or row level security hides it from the caller. Null
-- ids are ignored.
create or replace function private.check_items(item_ids uuid[]) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_missing uuid := (
        select u.id
        from unnest(item_ids) as u (id)
        where u.id is not null and not exists (select from public.items as i where i.id = u.id)
        limit 1
    );
begin
    if v_missing is not null then
        raise exception 'there is no item %', v_missing using errcode = '23503', detail = '{"field": "item_id"}';
    end if;
end
$$;
comment on function private.check_items(uuid[]) is 'Raise an error unless all items exist for the caller.';
revoke execute on function private.check_items(uuid[]) from public;
grant execute on function private.check_items(uuid[]) to anon, authenticated, service_role;
