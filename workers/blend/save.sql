insert into public.recommendation_weights (part, min_ratings, weight, explanation, fitted_at)
values (%(part)s, %(min_ratings)s, %(weight)s, %(explanation)s, now())
on conflict (part, min_ratings) do update set
    weight = excluded.weight, explanation = excluded.explanation, fitted_at = excluded.fitted_at
