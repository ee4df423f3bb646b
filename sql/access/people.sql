-- Everyone reads people; a profile with an age limit, those credited in an item that exists for it.
alter table public.people enable row level security;
revoke all on public.people from anon, authenticated;
grant select on public.people to anon, authenticated;
grant all on public.people to service_role;

drop policy if exists people_select_everybody on public.people;
create policy people_select_everybody on public.people
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.is_person_credited(id));
comment on policy people_select_everybody on public.people is
'Everyone reads people; a profile with an age limit, those credited in an item that exists for it.';
