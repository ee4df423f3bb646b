-- Everyone reads tiers.
alter table public.tiers enable row level security;
revoke all on public.tiers from anon, authenticated;
grant select on public.tiers to anon, authenticated;
grant all on public.tiers to service_role;

drop policy if exists tiers_select_all on public.tiers;
create policy tiers_select_all on public.tiers
for select to anon, authenticated
using (true);
comment on policy tiers_select_all on public.tiers is 'Everyone reads tiers.';
