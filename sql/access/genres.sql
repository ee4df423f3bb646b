-- Everyone reads genres.
alter table public.genres enable row level security;
revoke all on public.genres from anon, authenticated;
grant select on public.genres to anon, authenticated;
grant all on public.genres to service_role;

drop policy if exists genres_select_everybody on public.genres;
create policy genres_select_everybody on public.genres
for select to anon, authenticated
using (true);
comment on policy genres_select_everybody on public.genres is 'Everyone reads genres.';
