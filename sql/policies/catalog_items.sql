-- A view that runs as the caller: the tables' policies hold.
revoke all on public.catalog_items from anon, authenticated, service_role;
grant select on public.catalog_items to anon, authenticated, service_role;
