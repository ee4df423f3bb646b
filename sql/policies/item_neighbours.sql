-- Weights of the models that similar items are found by are all callers' to read, of any version. Those of rated_alike
-- are not: where one rater rated both items, a weight shows what that rater gave.
-- Of items that exist for the caller.
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
        or private.item_exists(item_id) and private.item_exists(neighbour_id)
    )
);
comment on policy item_neighbours_select_everybody on public.item_neighbours is
'Everybody reads it of items that exist for the acting profile.';
