-- A film that another source has loaded keeps its id.
update staged_films as s set id = c.id
from public.content as c
where
    c.kind = 'movie' and c.tmdb_id = s.tmdb_id and c.id <> s.id
    and not exists (select from staged_films as t where t.id = c.id);

-- Columns that are null in this source keep the value of another source.
update staged_films as s set
    tmdb_id = coalesce(s.tmdb_id, c.tmdb_id),
    imdb_id = coalesce(s.imdb_id, c.imdb_id),
    original_title = coalesce(s.original_title, c.original_title),
    overview = coalesce(s.overview, c.overview),
    original_language = coalesce(s.original_language, c.original_language),
    release_date = coalesce(s.release_date, c.release_date),
    release_year = coalesce(s.release_year, c.release_year),
    duration_minutes = coalesce(s.duration_minutes, c.duration_minutes),
    popularity = greatest(s.popularity, c.popularity),
    maturity_rating = coalesce(s.maturity_rating, c.maturity_rating),
    countries = coalesce(s.countries, c.countries)
from public.content as c
where c.id = s.id;

insert into public.items (id, kind)
select s.id, 'movie' from staged_films as s
on conflict do nothing;

create temporary table staged_genres on commit drop as
select s.id as item_id, g.name
from staged_films as s
cross join lateral unnest(s.genres) as g (name);
