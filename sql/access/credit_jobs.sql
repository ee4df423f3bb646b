-- Everyone reads the jobs of credits; migrations alone change its rows.
alter table public.credit_jobs enable row level security;
revoke all on public.credit_jobs from anon, authenticated, service_role;
grant select on public.credit_jobs to anon, authenticated, service_role;

drop policy if exists credit_jobs_select_all on public.credit_jobs;
create policy credit_jobs_select_all on public.credit_jobs
for select to anon, authenticated
using (true);
comment on policy credit_jobs_select_all on public.credit_jobs is 'Everyone reads the jobs of credits.';
