-- Everyone reads the trends of items that exist for the acting profile: private.publish_counts makes sure that they
-- reveal no single event.
alter table public.item_trends enable row level security;
revoke all on public.item_trends from anon, authenticated;
grant select on public.item_trends to anon, authenticated;
grant all on public.item_trends to service_role;

drop policy if exists item_trends_select_everybody on public.item_trends;
create policy item_trends_select_everybody on public.item_trends
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(item_id));
comment on policy item_trends_select_everybody on public.item_trends is
'Everyone reads the trends of items that exist for the acting profile.';
