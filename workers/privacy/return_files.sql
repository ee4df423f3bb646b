select f.bucket_id, f.name from private.restore_hidden_files(tried_before => %(tried_before)s) as f
