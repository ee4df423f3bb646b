select r.id, r.ratings_version from public.raters as r where r.rating_count > 0 order by r.id
