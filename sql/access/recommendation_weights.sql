-- Only the service reads and writes the weights; lists read them through a definer function.
alter table public.recommendation_weights enable row level security;
revoke all on public.recommendation_weights from anon, authenticated;
grant all on public.recommendation_weights to service_role;

drop policy if exists recommendation_weights_all_service on public.recommendation_weights;
create policy recommendation_weights_all_service on public.recommendation_weights
for all to service_role
using (true)
with check (true);
comment on policy recommendation_weights_all_service on public.recommendation_weights is
'The service reads and writes weights.';
