-- Storage's statements hold what a request says of its caller: when one is refused, the log has the refusal alone.

alter role supabase_storage_admin set log_min_error_statement = 'panic';
