-- Trigger. Sets items.is_restricted to whether item_availability has rows for the item. It locks the items first, in id
-- order, so that of two concurrent writers the later one sees the rows of the earlier one.
-- Definer: a role that writes item_availability needs no privilege on items.
create or replace function private.mark_restricted() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_items uuid[] := array(select distinct c.item_id from changed_rows as c);
begin
    perform from public.items as i where i.id = any(v_items) order by i.id for no key update;
    update public.items as i set is_restricted = not i.is_restricted
    where
        i.id = any(v_items)
        and i.is_restricted <> exists (select from public.item_availability as a where a.item_id = i.id);
    return null;
end
$$;
comment on function private.mark_restricted() is 'Trigger. Sets items.is_restricted.';
revoke execute on function private.mark_restricted() from public;
