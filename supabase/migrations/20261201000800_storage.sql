-- Buckets, and who reads and writes their files.

set lock_timeout = '10s';

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types) values
('artwork', 'artwork', true, 10485760, '{image/png,image/jpeg,image/webp,image/avif}'),
('avatars', 'avatars', false, 2097152, '{image/png,image/jpeg,image/webp}'),
(
    'imports', 'imports', false, 104857600,
    '{text/csv,application/json,application/x-ndjson,text/vtt,application/x-subrip}'
),
('masters', 'masters', false, 5368709120, '{video/mp4,video/quicktime,video/x-matroska,video/webm,video/mp2t}'),
(
    'media', 'media', false, 1073741824,
    '{video/mp4,video/mp2t,video/iso.segment,audio/mp4,application/vnd.apple.mpegurl,application/dash+xml,text/vtt,'
    'image/jpeg}'
),
('portraits', 'portraits', true, 524288, '{image/webp}'),
(
    'speech', 'speech', false, 10485760,
    '{audio/webm,audio/ogg,audio/mp4,audio/mpeg,audio/wav,audio/x-wav,audio/flac}'
)
on conflict (id) do update
set
    public = excluded.public,
    file_size_limit = excluded.file_size_limit,
    allowed_mime_types = excluded.allowed_mime_types;

-- Functions, triggers and policies as sql/ has them.

set check_function_bodies = off;

-- source: sql/triggers/storage_objects.sql
-- Files: enforces the rules of buckets and the accounts' quotas, and enqueues the publication of pictures. Row
-- triggers, because an upload is one row.
create or replace trigger check_file
before insert or update on storage.objects
for each row execute function private.check_file();

create or replace trigger count_files
after insert or update or delete on storage.objects
for each row execute function private.count_files();

create or replace trigger enqueue_portraits
after insert or update or delete on storage.objects
for each row execute function private.enqueue_portraits();

-- source: sql/access/storage_objects.sql
-- Files: users own the folder named by their id in avatars and speech; editors and admins upload to artwork, masters
-- and imports; only workers write media, and clients read it through signed URLs. On hosted Supabase only Storage may
-- comment on these policies, so they have no comments.

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

-- A kids profile has a folder of its own, named by its id in the account's folder: it neither sees nor changes the
-- files of other profiles.

drop policy if exists objects_all_kids on storage.objects;
create policy objects_all_kids on storage.objects
as restrictive for all to authenticated
using (
    not (select private.is_kids_acting())
    or (storage.foldername(name))[2] = (select private.current_profile_id())::text
)
with check (
    not (select private.is_kids_acting())
    or (storage.foldername(name))[2] = (select private.current_profile_id())::text
);

-- Storage runs no request check, so this policy refuses a token that private.session_error finds invalid.

drop policy if exists objects_all_live on storage.objects;
create policy objects_all_live on storage.objects
as restrictive for all to authenticated
using ((select private.session_error()) is null)
with check ((select private.session_error()) is null);
