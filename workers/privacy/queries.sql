-- name: due_accounts
-- Accounts whose deletion is due, oldest first.
select d.account_id
from public.account_deletions as d
where d.due_at <= now()
order by d.due_at;

-- name: personal_files
-- Bucket and name of an account's files, in order of buckets.
select f.bucket_id, f.name from private.personal_files(%(account_id)s::uuid) as f;

-- name: erase_account
-- Erase an account; false if its deletion was cancelled.
select private.erase_account(%(account_id)s::uuid);

-- name: apply_retention
-- Delete a batch of rows whose retention period has ended; relation and number of rows.
select r.relation, r.removed from private.apply_retention() as r;

-- name: lock_files
-- Wait for another process that deletes files of deleted users.
select pg_advisory_lock(hashtextextended('private.files_to_remove', 0));

-- name: unlock_files
-- Let another process delete files of deleted users.
select pg_advisory_unlock(hashtextextended('private.files_to_remove', 0));

-- name: now
-- The time of the database's clock.
select clock_timestamp();

-- name: restore_hidden_files
-- Make a batch of hidden files of deleted users visible to Storage, so that it can delete them.
select f.bucket_id, f.name from private.restore_hidden_files(tried_before => %(tried_before)s) as f;

-- name: settle_files
-- Record which of the files were deleted; returns how many are left, hidden again.
select private.forget_deleted_files(%(buckets)s::text[], %(names)s::text[]);

-- name: orphan_files
-- Bucket and name of files whose owner does not exist.
select f.bucket_id, f.name from private.orphan_files() as f;
