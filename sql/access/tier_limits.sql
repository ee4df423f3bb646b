-- Everyone reads the limits of tiers.
alter table public.tier_limits enable row level security;
revoke all on public.tier_limits from anon, authenticated;
grant select on public.tier_limits to anon, authenticated;
grant all on public.tier_limits to service_role;

drop policy if exists tier_limits_select_all on public.tier_limits;
create policy tier_limits_select_all on public.tier_limits
for select to anon, authenticated
using (true);
comment on policy tier_limits_select_all on public.tier_limits is 'Everyone reads the limits of tiers.';
