-- A pseudonym is its profile's secret: one reads the acting one's alone.
alter table public.raters enable row level security;
revoke all on public.raters from anon, authenticated;
grant select on public.raters to authenticated;
grant all on public.raters to service_role;

drop policy if exists raters_select_own on public.raters;
create policy raters_select_own on public.raters
for select to authenticated
using (id = (select private.current_rater_id()));
comment on policy raters_select_own on public.raters is 'One reads the acting profile''s pseudonym.';
