-- Everyone reads books that exist for the acting profile.
alter table public.books enable row level security;
revoke all on public.books from anon, authenticated;
grant select on public.books to anon, authenticated;
grant all on public.books to service_role;

drop policy if exists books_select_everybody on public.books;
create policy books_select_everybody on public.books
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(id));
comment on policy books_select_everybody on public.books is 'Everyone reads books that exist for the acting profile.';
