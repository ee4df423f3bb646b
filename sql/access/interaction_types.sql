-- Everyone reads the types of interactions; migrations alone change its rows.
alter table public.interaction_types enable row level security;
revoke all on public.interaction_types from anon, authenticated, service_role;
grant select on public.interaction_types to anon, authenticated, service_role;

drop policy if exists interaction_types_select_all on public.interaction_types;
create policy interaction_types_select_all on public.interaction_types
for select to anon, authenticated
using (true);
comment on policy interaction_types_select_all on public.interaction_types is
'Everyone reads the types of interactions.';
