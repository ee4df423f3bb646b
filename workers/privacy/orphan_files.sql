select f.bucket_id, f.name from private.orphan_files() as f
