-- Everyone reads translations of content that exists for the acting profile.
alter table public.content_translations enable row level security;
revoke all on public.content_translations from anon, authenticated;
grant select on public.content_translations to anon, authenticated;
grant all on public.content_translations to service_role;

drop policy if exists content_translations_select_everybody on public.content_translations;
create policy content_translations_select_everybody on public.content_translations
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(content_id));
comment on policy content_translations_select_everybody on public.content_translations is
'Everyone reads translations of content that exists for the acting profile.';
