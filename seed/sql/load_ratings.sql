insert into public.raters (id)
select distinct s.rater_id from staged_ratings as s
on conflict do nothing;

insert into public.ratings (rater_id, item_id, rating, country, created_at, updated_at)
select s.rater_id, s.item_id, s.rating, null, s.rated_at, s.rated_at from staged_ratings as s
on conflict do nothing;
