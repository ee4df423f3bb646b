-- Everyone reads the tags of items that exist for the acting profile.
alter table public.item_tags enable row level security;
revoke all on public.item_tags from anon, authenticated;
grant select on public.item_tags to anon, authenticated;
grant all on public.item_tags to service_role;

drop policy if exists item_tags_select_everybody on public.item_tags;
create policy item_tags_select_everybody on public.item_tags
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(item_id));
comment on policy item_tags_select_everybody on public.item_tags is
'Everyone reads the tags of items that exist for the acting profile.';
