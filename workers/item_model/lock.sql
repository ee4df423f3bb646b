select pg_advisory_lock(hashtextextended('item_model', 0))
