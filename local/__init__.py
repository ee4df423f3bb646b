"""An embedded Supabase: Postgres, REST, Auth and the gateway as processes of this machine, without Docker.

It knows the project only by supabase/ (config.toml, local.toml, migrations/, functions/) and the Procfile.
"""
