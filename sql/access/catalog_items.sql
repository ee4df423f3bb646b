-- The view runs as its caller: the policies of its tables apply.
revoke all on public.catalog_items from anon, authenticated, service_role;
grant select on public.catalog_items to anon, authenticated, service_role;
