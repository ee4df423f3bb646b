-- Changes are told of tables in any schema that clients may use, and their values are read by any type there: the server
-- uses what clients may.

grant anon, authenticated, service_role to supabase_realtime_admin with inherit true;
