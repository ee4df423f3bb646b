select private.forget_deleted_files(%(buckets)s::text[], %(names)s::text[])
