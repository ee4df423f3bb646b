-- Everyone reads the statistics of items that exist for the acting profile: private.publish_counts makes sure that they
-- reveal no single rating.
alter table public.item_stats enable row level security;
revoke all on public.item_stats from anon, authenticated;
grant select on public.item_stats to anon, authenticated;
grant all on public.item_stats to service_role;

drop policy if exists item_stats_select_everybody on public.item_stats;
create policy item_stats_select_everybody on public.item_stats
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(item_id));
comment on policy item_stats_select_everybody on public.item_stats is
'Everyone reads the statistics of items that exist for the acting profile.';
