update public.profiles set portrait_path = %(portrait_path)s where id = %(profile_id)s
