-- The view runs as its caller: the policies of its tables apply.
revoke all on public.movies from anon, authenticated, service_role;
grant select on public.movies to anon, authenticated, service_role;
