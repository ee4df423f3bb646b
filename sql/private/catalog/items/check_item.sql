-- Helper. Raises 22023 if item_id is null, PT404 if the item does not exist or row level security hides it from the
-- caller.
create or replace function private.check_item(item_id uuid) returns void
language plpgsql stable set search_path = ''
as $$
begin
    if item_id is null then
        raise exception 'item_id is missing' using errcode = '22023', detail = '{"field": "item_id"}';
    end if;
    if not exists (select from public.items as i where i.id = check_item.item_id) then
        raise exception 'there is no item %', item_id using errcode = 'PT404', detail = '{"field": "item_id"}';
    end if;
end
$$;
comment on function private.check_item(uuid) is 'Raise an error unless the item exists for the caller.';
revoke execute on function private.check_item(uuid) from public;
grant execute on function private.check_item(uuid) to anon, authenticated, service_role;
