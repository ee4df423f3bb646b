select pg_advisory_unlock(hashtextextended('private.files_to_remove', 0))
