"""An embedded Supabase: Postgres, REST, Auth and the gateway as processes of this machine, without Docker.

It knows the project only by supabase/config.toml, supabase/migrations/ and the Procfile.
"""
