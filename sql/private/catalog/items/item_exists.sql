-- Policy predicate. Returns whether the item exists and the acting profile's age permits it; false for an unknown id.
-- Never raises.
-- Definer: with row level security the policy of items would evaluate the same rule again for each row.
create or replace function private.item_exists(item_id uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return exists (
        select from public.items as i where i.id = item_exists.item_id and private.allows_age(i.minimum_age)
    );
end
$$;
comment on function private.item_exists(uuid) is 'Whether the item exists for the acting profile.';
revoke execute on function private.item_exists(uuid) from public;
grant execute on function private.item_exists(uuid) to anon, authenticated, service_role;
