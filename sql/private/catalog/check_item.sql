-- Refuse an item that the caller cannot see. Raises 22023 for null, PT404 for an unknown one.
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
comment on function private.check_item(uuid) is 'Refuse an item that is not there.';
revoke execute on function private.check_item(uuid) from public;
grant execute on function private.check_item(uuid) to anon, authenticated, service_role;
