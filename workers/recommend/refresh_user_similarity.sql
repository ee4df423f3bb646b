select private.refresh_user_similarity(%(rater_id)s::uuid)
