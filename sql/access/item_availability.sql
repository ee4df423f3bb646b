-- Everyone reads the availability of items that exist for the acting profile: lists run as their caller.
alter table public.item_availability enable row level security;
revoke all on public.item_availability from anon, authenticated;
grant select on public.item_availability to anon, authenticated;
grant all on public.item_availability to service_role;

drop policy if exists item_availability_select_everybody on public.item_availability;
create policy item_availability_select_everybody on public.item_availability
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(item_id));
comment on policy item_availability_select_everybody on public.item_availability is
'Everyone reads the availability of items that exist for the acting profile.';
