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
