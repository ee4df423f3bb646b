-- Policy predicate: does the item exist for the caller, by the acting profile's age? False for an unknown one. Never
-- raises.
-- Definer: the policy of items would ask the same again for each row.
create or replace function private.item_exists(item_id uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return exists (
        select from public.items as i where i.id = item_exists.item_id and private.allows_age(i.minimum_age)
    );
end
$$;
comment on function private.item_exists(uuid) is 'Does the item exist for the caller, by the acting profile''s age?';
revoke execute on function private.item_exists(uuid) from public;
grant execute on function private.item_exists(uuid) to anon, authenticated, service_role;
