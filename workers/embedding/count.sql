select count(*) from private.stale_embeddings(%(model)s, null, null)
