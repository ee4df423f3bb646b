-- Users read the searches that are linked to their account, editors and admins all. No role of the API writes: the jobs
-- worker does, as the owner of the table.
alter table public.query_events enable row level security;
revoke all on public.query_events from anon, authenticated, service_role;
grant select on public.query_events to authenticated, service_role;

drop policy if exists query_events_select_own_or_editor on public.query_events;
create policy query_events_select_own_or_editor on public.query_events
for select to authenticated
using (
    (select private.is_editor())
    or account_id = (select auth.uid()) and not (select private.is_kids_acting())
);
comment on policy query_events_select_own_or_editor on public.query_events is
'Users read the searches linked to their account, except while a kids profile acts; editors and admins read all.';
