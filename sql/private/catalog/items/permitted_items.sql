-- Policy predicate. Returns the ids of all items that the acting profile's age permits. Policies of tables with many
-- rows an item test for membership (in), for which PostgreSQL hashes the ids once a query; private.item_exists would be
-- called for each row. Never raises.
-- Definer: with row level security the policy of items would evaluate the same rule again for each row.
create or replace function private.permitted_items() returns setof uuid
language plpgsql stable security definer set search_path = '' rows 10000
as $$
declare
    v_rule text := private.age_rule();
    v_age smallint := rtrim(v_rule, '+')::smallint;
begin
    return query
    select i.id from public.items as i
    where v_rule is null or i.minimum_age <= v_age or i.minimum_age is null and v_rule like '%+';
end
$$;
comment on function private.permitted_items() is 'Returns the ids of all items that exist for the acting profile.';
revoke execute on function private.permitted_items() from public;
grant execute on function private.permitted_items() to anon, authenticated, service_role;
