-- Changes are sent for tables in any schema that clients may use, and their values cast to any type there: the server
-- has the usage rights of clients.

grant anon, authenticated, service_role to supabase_realtime_admin with inherit true;
