-- Everyone reads other titles of content that exists for the acting profile.
alter table public.alternative_titles enable row level security;
revoke all on public.alternative_titles from anon, authenticated;
grant select on public.alternative_titles to anon, authenticated;
grant all on public.alternative_titles to service_role;

drop policy if exists alternative_titles_select_everybody on public.alternative_titles;
create policy alternative_titles_select_everybody on public.alternative_titles
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(content_id));
comment on policy alternative_titles_select_everybody on public.alternative_titles is
'Everyone reads other titles of content that exists for the acting profile.';
