-- Of what everybody may read in the catalogue; searches run as the caller. No API shows the table itself.
revoke all on private.search_documents from anon, authenticated;
grant select on private.search_documents to anon, authenticated;
grant all on private.search_documents to service_role;
