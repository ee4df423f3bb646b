-- The acting profile reads its own interactions; record_interactions writes them.
alter table public.interactions enable row level security;
revoke all on public.interactions from anon, authenticated;
grant select on public.interactions to authenticated;
grant all on public.interactions to service_role;

drop policy if exists interactions_select_own on public.interactions;
create policy interactions_select_own on public.interactions
for select to authenticated
using (rater_id = (select private.current_rater_id()));
comment on policy interactions_select_own on public.interactions is 'The acting profile reads its own interactions.';

drop policy if exists interactions_all_existing on public.interactions;
create policy interactions_all_existing on public.interactions
as restrictive for all to authenticated
using (item_id <> all((select private.hidden_items())::uuid[]));
comment on policy interactions_all_existing on public.interactions is
'No access to rows of items that the acting profile''s age limit hides.';
