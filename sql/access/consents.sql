-- Users read their own consents and add to them. No role updates or deletes one, not even the service: they are deleted
-- with the account.
alter table public.consents enable row level security;
revoke all on public.consents from anon, authenticated, service_role;
grant select, insert (purpose, document_version, is_granted) on public.consents to authenticated;
grant select on public.consents to service_role;

drop policy if exists consents_select_own on public.consents;
create policy consents_select_own on public.consents
for select to authenticated
using (account_id = (select auth.uid()));
comment on policy consents_select_own on public.consents is 'Users read their own consents.';

drop policy if exists consents_insert_own on public.consents;
create policy consents_insert_own on public.consents
for insert to authenticated
with check (account_id = (select auth.uid()));
comment on policy consents_insert_own on public.consents is 'Users add their own consents.';
