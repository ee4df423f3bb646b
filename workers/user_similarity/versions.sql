select r.id, r.ratings_version from public.raters as r where r.rating_count > 0 and r.is_counted order by r.id
