-- Only the acting profile reads, adds, updates and deletes its ratings.
alter table public.ratings enable row level security;
revoke all on public.ratings from anon, authenticated;
grant select, delete on public.ratings to authenticated;
grant insert (rater_id, item_id, rating), update (rater_id, item_id, rating) on public.ratings to authenticated;
grant all on public.ratings to service_role;

drop policy if exists ratings_select_own on public.ratings;
create policy ratings_select_own on public.ratings
for select to authenticated
using (rater_id = (select private.current_rater_id()));
comment on policy ratings_select_own on public.ratings is 'The acting profile reads its own ratings.';

drop policy if exists ratings_insert_own on public.ratings;
create policy ratings_insert_own on public.ratings
for insert to authenticated
with check (rater_id = (select private.current_rater_id()));
comment on policy ratings_insert_own on public.ratings is 'The acting profile adds its own ratings.';

drop policy if exists ratings_update_own on public.ratings;
create policy ratings_update_own on public.ratings
for update to authenticated
using (rater_id = (select private.current_rater_id()))
with check (rater_id = (select private.current_rater_id()));
comment on policy ratings_update_own on public.ratings is 'The acting profile updates its own ratings.';

drop policy if exists ratings_delete_own on public.ratings;
create policy ratings_delete_own on public.ratings
for delete to authenticated
using (rater_id = (select private.current_rater_id()));
comment on policy ratings_delete_own on public.ratings is 'The acting profile deletes its own ratings.';

drop policy if exists ratings_all_existing on public.ratings;
create policy ratings_all_existing on public.ratings
as restrictive for all to authenticated
using (item_id <> all((select private.hidden_items())::uuid[]));
comment on policy ratings_all_existing on public.ratings is
'No access to rows of items that the acting profile''s age limit hides.';
