-- Everyone reads this index of the public catalogue, because searches run as their caller. No API exposes the table.
revoke all on private.search_people from anon, authenticated;
grant select on private.search_people to anon, authenticated;
grant all on private.search_people to service_role;
