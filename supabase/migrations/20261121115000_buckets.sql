-- The buckets, with the size and types each takes, and the policies of their files.

set lock_timeout = '10s';
set check_function_bodies = off;

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types) values
('avatars', 'avatars', true, 2097152, '{image/png,image/jpeg,image/webp}'),
('artwork', 'artwork', true, 10485760, '{image/png,image/jpeg,image/webp,image/avif}'),
(
    'media', 'media', false, 1073741824,
    '{video/mp4,video/mp2t,video/iso.segment,audio/mp4,application/vnd.apple.mpegurl,application/dash+xml,text/vtt,image/jpeg}'
),
('masters', 'masters', false, 5368709120, '{video/mp4,video/quicktime,video/x-matroska,video/webm,video/mp2t}'),
('imports', 'imports', false, 104857600, '{text/csv,application/json,application/x-ndjson,text/vtt,application/x-subrip}'),
('speech', 'speech', false, 10485760, '{audio/webm,audio/ogg,audio/mp4,audio/mpeg,audio/wav,audio/x-wav,audio/flac}')
on conflict (id) do update
set public = excluded.public, file_size_limit = excluded.file_size_limit,
allowed_mime_types = excluded.allowed_mime_types;

-- source: sql/access/storage_objects.sql
-- Files: people own the folder named by their id in avatars and speech; editors and admins bring artwork, masters and
-- imports; media is written by workers alone and read through signed URLs. Hosted lets only Storage itself comment on
-- these policies.

drop policy if exists objects_select_own on storage.objects;
create policy objects_select_own on storage.objects
for select to authenticated
using (bucket_id in ('avatars', 'speech') and (storage.foldername(name))[1] = (select auth.uid())::text);

drop policy if exists objects_insert_own on storage.objects;
create policy objects_insert_own on storage.objects
for insert to authenticated
with check (bucket_id in ('avatars', 'speech') and (storage.foldername(name))[1] = (select auth.uid())::text);

drop policy if exists objects_update_own on storage.objects;
create policy objects_update_own on storage.objects
for update to authenticated
using (bucket_id in ('avatars', 'speech') and (storage.foldername(name))[1] = (select auth.uid())::text)
with check (bucket_id in ('avatars', 'speech') and (storage.foldername(name))[1] = (select auth.uid())::text);

drop policy if exists objects_delete_own on storage.objects;
create policy objects_delete_own on storage.objects
for delete to authenticated
using (bucket_id in ('avatars', 'speech') and (storage.foldername(name))[1] = (select auth.uid())::text);

drop policy if exists objects_select_editor on storage.objects;
create policy objects_select_editor on storage.objects
for select to authenticated
using (
    bucket_id in ('artwork', 'masters', 'imports')
    and (select private.has_role('editor') or private.has_role('admin'))
);

drop policy if exists objects_insert_editor on storage.objects;
create policy objects_insert_editor on storage.objects
for insert to authenticated
with check (
    bucket_id in ('artwork', 'masters', 'imports')
    and (select private.has_role('editor') or private.has_role('admin'))
);

drop policy if exists objects_update_editor on storage.objects;
create policy objects_update_editor on storage.objects
for update to authenticated
using (
    bucket_id in ('artwork', 'masters', 'imports')
    and (select private.has_role('editor') or private.has_role('admin'))
)
with check (
    bucket_id in ('artwork', 'masters', 'imports')
    and (select private.has_role('editor') or private.has_role('admin'))
);

drop policy if exists objects_delete_editor on storage.objects;
create policy objects_delete_editor on storage.objects
for delete to authenticated
using (
    bucket_id in ('artwork', 'masters', 'imports')
    and (select private.has_role('editor') or private.has_role('admin'))
);
