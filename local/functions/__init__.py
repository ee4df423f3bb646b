"""Functions: what is in supabase/functions, each served by a Deno process of its own."""
