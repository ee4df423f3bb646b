select f.bucket_id, f.name from private.personal_files(%(account_id)s::uuid) as f
