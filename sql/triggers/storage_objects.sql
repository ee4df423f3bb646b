-- Files are what their bucket takes and within their account's quotas; a picture of a person is published by a worker,
-- which makes another of it. Row by row: an upload is a row.
create or replace trigger check_file
before insert or update on storage.objects
for each row execute function private.check_file();

create or replace trigger count_files
after insert or update or delete on storage.objects
for each row execute function private.count_files();

create or replace trigger enqueue_portraits
after insert or update on storage.objects
for each row when (new.bucket_id = 'avatars') execute function private.enqueue_portraits();

create or replace trigger enqueue_portraits_without
after delete on storage.objects
for each row when (old.bucket_id = 'avatars') execute function private.enqueue_portraits();

create or replace trigger enqueue_portraits
after insert or update of avatar_path on public.profiles
for each row when (new.avatar_path is not null or new.portrait_path is not null)
execute function private.enqueue_portraits();

create or replace trigger enqueue_portraits_without
after delete on public.profiles
for each row when (old.portrait_path is not null) execute function private.enqueue_portraits();
