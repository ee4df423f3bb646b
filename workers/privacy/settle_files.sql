select private.settle_files(%(buckets)s::text[], %(names)s::text[])
