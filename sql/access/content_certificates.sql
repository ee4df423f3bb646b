-- Everyone reads certificates of content that exists for the acting profile.
alter table public.content_certificates enable row level security;
revoke all on public.content_certificates from anon, authenticated;
grant select on public.content_certificates to anon, authenticated;
grant all on public.content_certificates to service_role;

drop policy if exists content_certificates_select_everybody on public.content_certificates;
create policy content_certificates_select_everybody on public.content_certificates
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(content_id));
comment on policy content_certificates_select_everybody on public.content_certificates is
'Everyone reads certificates of content that exists for the acting profile.';
