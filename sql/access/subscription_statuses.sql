-- Everyone reads the statuses of subscriptions; migrations alone change its rows.
alter table public.subscription_statuses enable row level security;
revoke all on public.subscription_statuses from anon, authenticated, service_role;
grant select on public.subscription_statuses to anon, authenticated, service_role;

drop policy if exists subscription_statuses_select_all on public.subscription_statuses;
create policy subscription_statuses_select_all on public.subscription_statuses
for select to anon, authenticated
using (true);
comment on policy subscription_statuses_select_all on public.subscription_statuses is
'Everyone reads the statuses of subscriptions.';
