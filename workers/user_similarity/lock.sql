select pg_advisory_lock(hashtextextended('user_similarity', 0))
