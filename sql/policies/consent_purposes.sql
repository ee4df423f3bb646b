-- What can be consented to is everybody's to read, before signing up too.
alter table public.consent_purposes enable row level security;
revoke all on public.consent_purposes from anon, authenticated;
grant select on public.consent_purposes to anon, authenticated;
grant all on public.consent_purposes to service_role;

drop policy if exists consent_purposes_select_everybody on public.consent_purposes;
create policy consent_purposes_select_everybody on public.consent_purposes
for select to anon, authenticated
using (true);
comment on policy consent_purposes_select_everybody on public.consent_purposes is
'Everybody reads what can be consented to.';
