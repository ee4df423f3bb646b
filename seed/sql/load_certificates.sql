-- The certificate in the country whose it is.
insert into public.content_certificates as c (content_id, country, maturity_rating)
select s.id, r.country, r.name
from staged_films as s
join public.maturity_ratings as r on r.name = s.maturity_rating
where r.country is not null
on conflict (content_id, country) do update set maturity_rating = excluded.maturity_rating
where c.maturity_rating <> excluded.maturity_rating;
