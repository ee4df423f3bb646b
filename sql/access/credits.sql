-- Everyone reads the credits of items that exist for the acting profile.
alter table public.credits enable row level security;
revoke all on public.credits from anon, authenticated;
grant select on public.credits to anon, authenticated;
grant all on public.credits to service_role;

drop policy if exists credits_select_everybody on public.credits;
create policy credits_select_everybody on public.credits
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(item_id));
comment on policy credits_select_everybody on public.credits is
'Everyone reads the credits of items that exist for the acting profile.';
