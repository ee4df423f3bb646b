-- Everyone reads the vocabulary of queries, because searches run as their caller. No API exposes the table.
revoke all on private.query_words from anon, authenticated;
grant select on private.query_words to anon, authenticated;
grant all on private.query_words to service_role;
