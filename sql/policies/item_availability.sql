-- Where and when an item can be had is everybody's to read: lists run as the caller.
alter table public.item_availability enable row level security;
revoke all on public.item_availability from anon, authenticated;
grant select on public.item_availability to anon, authenticated;
grant all on public.item_availability to service_role;

drop policy if exists item_availability_select_everybody on public.item_availability;
create policy item_availability_select_everybody on public.item_availability
for select to anon, authenticated
using (true);
comment on policy item_availability_select_everybody on public.item_availability is
'Lists are filtered as the caller.';
