select f.bucket_id, f.name from private.return_files(tried_before => %(tried_before)s) as f
