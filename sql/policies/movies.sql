-- A view that runs as the caller: the tables' policies hold.
revoke all on public.movies from anon, authenticated, service_role;
grant select on public.movies to anon, authenticated, service_role;
