"""An embedded Supabase: Postgres, REST, Auth and the other services as local processes, without Docker.

It knows the project only by supabase/ (config.toml, local.toml, migrations/, functions/) and the Procfile.
"""
