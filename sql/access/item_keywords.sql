-- Everyone reads the keywords of items that exist for the acting profile.
alter table public.item_keywords enable row level security;
revoke all on public.item_keywords from anon, authenticated;
grant select on public.item_keywords to anon, authenticated;
grant all on public.item_keywords to service_role;

drop policy if exists item_keywords_select_everybody on public.item_keywords;
create policy item_keywords_select_everybody on public.item_keywords
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(item_id));
comment on policy item_keywords_select_everybody on public.item_keywords is
'Everyone reads the keywords of items that exist for the acting profile.';
