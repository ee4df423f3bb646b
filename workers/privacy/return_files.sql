select f.bucket_id, f.name from private.return_files() as f
