"""Functions: each folder of supabase/functions is served by its own Deno process."""
