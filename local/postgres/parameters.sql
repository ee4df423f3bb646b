-- What postgres may set of other roles' parameters, as on a hosted Supabase, where all of pgrst.* is allowed.
grant set on parameter "pgrst.db_pre_request" to postgres;
