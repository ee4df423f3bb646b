-- Files are what their bucket takes and within their account's quotas; a worker publishes people's pictures,
-- which it encodes again. Row by row: an upload is a row.
create or replace trigger check_file
before insert or update on storage.objects
for each row execute function private.check_file();

create or replace trigger count_files
after insert or update or delete on storage.objects
for each row execute function private.count_files();

create or replace trigger enqueue_portraits
after insert or update or delete on storage.objects
for each row execute function private.enqueue_portraits();
