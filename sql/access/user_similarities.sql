-- Only the service reads and writes similarities.
alter table public.user_similarities enable row level security;
revoke all on public.user_similarities from anon, authenticated;
grant all on public.user_similarities to service_role;

drop policy if exists user_similarities_all_service on public.user_similarities;
create policy user_similarities_all_service on public.user_similarities
for all to service_role
using (true)
with check (true);
comment on policy user_similarities_all_service on public.user_similarities is
'The service reads and writes similarities.';
