-- Everyone reads the genres of items that exist for the acting profile.
alter table public.item_genres enable row level security;
revoke all on public.item_genres from anon, authenticated;
grant select on public.item_genres to anon, authenticated;
grant all on public.item_genres to service_role;

drop policy if exists item_genres_select_everybody on public.item_genres;
create policy item_genres_select_everybody on public.item_genres
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(item_id));
comment on policy item_genres_select_everybody on public.item_genres is
'Everyone reads the genres of items that exist for the acting profile.';
