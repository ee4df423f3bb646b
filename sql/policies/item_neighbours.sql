-- Weights between items name nobody and are everybody's to read, of whatever version.
-- Of items that exist for the caller.
alter table public.item_neighbours enable row level security;
revoke all on public.item_neighbours from anon, authenticated;
grant select on public.item_neighbours to anon, authenticated;
grant all on public.item_neighbours to service_role;

drop policy if exists item_neighbours_select_everybody on public.item_neighbours;
create policy item_neighbours_select_everybody on public.item_neighbours
for select to anon, authenticated
using (
    not (select private.has_age_limit())
    or private.item_exists(item_id) and private.item_exists(neighbour_id)
);
comment on policy item_neighbours_select_everybody on public.item_neighbours is
'Everybody reads it of items that exist for the acting profile.';
