-- Everyone reads films, shows and sports that exist for the acting profile.
alter table public.content enable row level security;
revoke all on public.content from anon, authenticated;
grant select on public.content to anon, authenticated;
grant all on public.content to service_role;

drop policy if exists content_select_everybody on public.content;
create policy content_select_everybody on public.content
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(id));
comment on policy content_select_everybody on public.content is
'Everyone reads content that exists for the acting profile.';
