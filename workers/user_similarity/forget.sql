delete from public.user_similarities as s where s.rater_id = any(%(raters)s::uuid[])
