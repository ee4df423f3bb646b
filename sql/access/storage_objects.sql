-- Files: users own the folder named by their id in avatars and speech; editors and admins upload to artwork, masters
-- and imports; only workers write media, and clients read it through signed URLs. On hosted Supabase only Storage may
-- comment on these policies, so they have no comments.

drop policy if exists objects_select_own on storage.objects;
create policy objects_select_own on storage.objects
for select to authenticated
using (private.owns_file(bucket_id, name, (select auth.uid())));

drop policy if exists objects_insert_own on storage.objects;
create policy objects_insert_own on storage.objects
for insert to authenticated
with check (private.owns_file(bucket_id, name, (select auth.uid())));

drop policy if exists objects_update_own on storage.objects;
create policy objects_update_own on storage.objects
for update to authenticated
using (private.owns_file(bucket_id, name, (select auth.uid())))
with check (private.owns_file(bucket_id, name, (select auth.uid())));

drop policy if exists objects_delete_own on storage.objects;
create policy objects_delete_own on storage.objects
for delete to authenticated
using (private.owns_file(bucket_id, name, (select auth.uid())));

drop policy if exists objects_select_editor on storage.objects;
create policy objects_select_editor on storage.objects
for select to authenticated
using (private.is_catalog_bucket(bucket_id) and (select private.is_editor()));

drop policy if exists objects_insert_editor on storage.objects;
create policy objects_insert_editor on storage.objects
for insert to authenticated
with check (private.is_catalog_bucket(bucket_id) and (select private.is_editor()));

drop policy if exists objects_update_editor on storage.objects;
create policy objects_update_editor on storage.objects
for update to authenticated
using (private.is_catalog_bucket(bucket_id) and (select private.is_editor()))
with check (private.is_catalog_bucket(bucket_id) and (select private.is_editor()));

drop policy if exists objects_delete_editor on storage.objects;
create policy objects_delete_editor on storage.objects
for delete to authenticated
using (private.is_catalog_bucket(bucket_id) and (select private.is_editor()));

-- A kids profile has a folder of its own, named by its id in the account's folder: it neither sees nor changes the
-- files of other profiles.

drop policy if exists objects_all_kids on storage.objects;
create policy objects_all_kids on storage.objects
as restrictive for all to authenticated
using (
    not (select private.is_kids_acting())
    or private.is_in_profile_folder(name, (select private.current_profile_id()))
)
with check (
    not (select private.is_kids_acting())
    or private.is_in_profile_folder(name, (select private.current_profile_id()))
);

-- Storage runs no request check, so this policy refuses a token that private.session_error finds invalid.

drop policy if exists objects_all_live on storage.objects;
create policy objects_all_live on storage.objects
as restrictive for all to authenticated
using ((select private.session_error()) is null)
with check ((select private.session_error()) is null);
