-- Of what everybody may read in the catalogue; searches run as the caller. No API shows the table itself.
revoke all on private.search_names from anon, authenticated;
grant select on private.search_names to anon, authenticated;
grant all on private.search_names to service_role;
