-- Trends as private.publish_counts publishes them show no one's event: all may read them.
alter table public.item_trends enable row level security;
revoke all on public.item_trends from anon, authenticated;
grant select on public.item_trends to anon, authenticated;
grant all on public.item_trends to service_role;

drop policy if exists item_trends_select_everybody on public.item_trends;
create policy item_trends_select_everybody on public.item_trends
for select to anon, authenticated
using (true);
comment on policy item_trends_select_everybody on public.item_trends is 'Trending lists run as the caller.';
