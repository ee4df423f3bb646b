select pg_advisory_lock(hashtextextended('private.files_to_remove', 0))
