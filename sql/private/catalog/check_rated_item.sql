-- Trigger: what does not exist for the caller is not rated: refused as an item that is not there. Raises 23503.
-- As its caller: the policy of items decides.
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
comment on function private.check_rated_item() is 'Trigger: refuses ratings of what does not exist for the caller.';
revoke execute on function private.check_rated_item() from public;
grant execute on function private.check_rated_item() to authenticated, service_role;
