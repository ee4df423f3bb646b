-- Weights that were fitted later in this database are kept.
insert into public.recommendation_weights as w (part, min_ratings, weight, explanation, fitted_at)
select s.part, s.min_ratings, s.weight, s.explanation, s.fitted_at from staged_weights as s
on conflict (part, min_ratings) do update set
    weight = excluded.weight,
    explanation = excluded.explanation,
    fitted_at = excluded.fitted_at
where w.fitted_at is null;
