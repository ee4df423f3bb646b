-- Everyone reads items that the acting profile's age permits. The other tables of the catalogue refer to this rule.
alter table public.items enable row level security;
revoke all on public.items from anon, authenticated;
grant select on public.items to anon, authenticated;
grant all on public.items to service_role;

drop policy if exists items_select_everybody on public.items;
create policy items_select_everybody on public.items
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.allows_age(minimum_age));
comment on policy items_select_everybody on public.items is
'Everyone reads the items that the acting profile''s age permits.';
