-- Of what everybody may read in the catalogue; searches run as the caller. No API shows the table itself.
revoke all on private.search_words from anon, authenticated;
grant select on private.search_words to anon, authenticated;
grant all on private.search_words to service_role;
