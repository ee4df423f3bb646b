-- A pseudonym is secret: users read only that of the acting profile.
alter table public.raters enable row level security;
revoke all on public.raters from anon, authenticated;
grant select on public.raters to authenticated;
grant all on public.raters to service_role;

drop policy if exists raters_select_own on public.raters;
create policy raters_select_own on public.raters
for select to authenticated
using (id = (select private.current_rater_id()));
comment on policy raters_select_own on public.raters is 'Users read the pseudonym of the acting profile.';
