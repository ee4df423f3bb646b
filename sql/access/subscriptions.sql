-- Users read their own subscription; the service writes it.
alter table public.subscriptions enable row level security;
revoke all on public.subscriptions from anon, authenticated;
grant select on public.subscriptions to authenticated;
grant all on public.subscriptions to service_role;

drop policy if exists subscriptions_select_own on public.subscriptions;
create policy subscriptions_select_own on public.subscriptions
for select to authenticated
using (account_id = (select auth.uid()));
comment on policy subscriptions_select_own on public.subscriptions is 'Users read their own subscription.';
