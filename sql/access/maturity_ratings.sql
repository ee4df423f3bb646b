-- Everyone reads maturity ratings; migrations alone change its rows.
alter table public.maturity_ratings enable row level security;
revoke all on public.maturity_ratings from anon, authenticated, service_role;
grant select on public.maturity_ratings to anon, authenticated, service_role;

drop policy if exists maturity_ratings_select_all on public.maturity_ratings;
create policy maturity_ratings_select_all on public.maturity_ratings
for select to anon, authenticated
using (true);
comment on policy maturity_ratings_select_all on public.maturity_ratings is 'Everyone reads maturity ratings.';
