-- Trigger. Raises 23503 if the rated item does not exist or the acting profile may not see it: the error is the same
-- for both, so it does not reveal the item.
-- Security invoker: the policy of items decides. Writers that bypass row level security are checked by the foreign key
-- alone.
create or replace function private.check_rated_item() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if row_security_active('public.items') then
        perform private.check_items(array[new.item_id]);
    end if;
    return new;
end
$$;
comment on function private.check_rated_item() is 'Trigger. Refuses ratings of items that do not exist for the caller.';
revoke execute on function private.check_rated_item() from public;
grant execute on function private.check_rated_item() to authenticated, service_role;
