-- Everyone reads this index of the public catalogue, because searches run as their caller. No API exposes the table.
revoke all on private.search_postings from anon, authenticated;
grant select on private.search_postings to anon, authenticated;
grant all on private.search_postings to service_role;
