-- Users read, create and delete the profiles of their account, and update the columns that are theirs to choose.
alter table public.profiles enable row level security;
revoke all on public.profiles from anon, authenticated;
grant select, delete on public.profiles to authenticated;
grant insert (
    account_id, name, avatar_path, maturity_rating, shows_unrated, language_preference, learning_languages, is_kids,
    preferences
) on public.profiles to authenticated;
grant update (
    name, avatar_path, maturity_rating, shows_unrated, language_preference, learning_languages, is_kids, preferences
) on public.profiles to authenticated;
grant all on public.profiles to service_role;

drop policy if exists profiles_select_own on public.profiles;
create policy profiles_select_own on public.profiles
for select to authenticated
using (account_id = (select auth.uid()));
comment on policy profiles_select_own on public.profiles is 'Users read the profiles of their account.';

drop policy if exists profiles_update_own on public.profiles;
create policy profiles_update_own on public.profiles
for update to authenticated
using (account_id = (select auth.uid()))
with check (account_id = (select auth.uid()));
comment on policy profiles_update_own on public.profiles is 'Users update the profiles of their account.';

drop policy if exists profiles_insert_own on public.profiles;
create policy profiles_insert_own on public.profiles
for insert to authenticated
with check (account_id = (select auth.uid()));
comment on policy profiles_insert_own on public.profiles is 'Users create profiles for their account.';

drop policy if exists profiles_delete_own on public.profiles;
create policy profiles_delete_own on public.profiles
for delete to authenticated
using (account_id = (select auth.uid()));
comment on policy profiles_delete_own on public.profiles is 'Users delete profiles of their account.';
