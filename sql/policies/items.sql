-- The catalogue's items are everybody's to read.
alter table public.items enable row level security;
revoke all on public.items from anon, authenticated;
grant select on public.items to anon, authenticated;
grant all on public.items to service_role;

drop policy if exists items_select_everybody on public.items;
create policy items_select_everybody on public.items
for select to anon, authenticated
using (true);
comment on policy items_select_everybody on public.items is 'Everybody may read the catalogue.';
