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
