-- Everyone reads the kinds of items; migrations alone change its rows.
alter table public.kinds enable row level security;
revoke all on public.kinds from anon, authenticated, service_role;
grant select on public.kinds to anon, authenticated, service_role;

drop policy if exists kinds_select_all on public.kinds;
create policy kinds_select_all on public.kinds
for select to anon, authenticated
using (true);
comment on policy kinds_select_all on public.kinds is 'Everyone reads the kinds of items.';
