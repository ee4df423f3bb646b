select pg_advisory_xact_lock(hashtextextended('portraits ' || %(account_id)s, 0))
