-- Everyone reads the purposes, also before signing up.
alter table public.consent_purposes enable row level security;
revoke all on public.consent_purposes from anon, authenticated;
grant select on public.consent_purposes to anon, authenticated;
grant all on public.consent_purposes to service_role;

drop policy if exists consent_purposes_select_everybody on public.consent_purposes;
create policy consent_purposes_select_everybody on public.consent_purposes
for select to anon, authenticated
using (true);
comment on policy consent_purposes_select_everybody on public.consent_purposes is
'Everyone reads the purposes of consent.';
