-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- source: sql/private/catalog/items/permitted_items.sql
-- Policy predicate. Returns the ids of all items that the acting profile's age permits. Policies of tables with many rows
-- an item test for membership (in), for which PostgreSQL hashes the ids once a query; private.item_exists would be called
-- for each row. Never raises.
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

-- source: sql/access/item_neighbours.sql
-- Everyone reads the weights of the models in private.readable_models, of any version, between items that exist for the
-- acting profile. Weights of rated_alike are excluded: if only one rater rated both items, a weight reveals a rating.
alter table public.item_neighbours enable row level security;
revoke all on public.item_neighbours from anon, authenticated;
grant select on public.item_neighbours to anon, authenticated;
grant all on public.item_neighbours to service_role;

drop policy if exists item_neighbours_select_everybody on public.item_neighbours;
create policy item_neighbours_select_everybody on public.item_neighbours
for select to anon, authenticated
using (
    model_id = any((select private.readable_models())::bigint[])
    and (
        not (select private.has_age_limit())
        or item_id in (select private.permitted_items()) and neighbour_id in (select private.permitted_items())
    )
);
comment on policy item_neighbours_select_everybody on public.item_neighbours is
'Everyone reads weights of readable models between items that exist for the acting profile.';
