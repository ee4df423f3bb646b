insert into public.content as c (
    id, kind, tmdb_id, imdb_id, title, original_title, overview, original_language, release_date, release_year,
    duration_minutes, popularity, maturity_rating, countries
)
select
    s.id, 'movie', s.tmdb_id, s.imdb_id, s.title, s.original_title, s.overview, s.original_language, s.release_date,
    s.release_year, s.duration_minutes, s.popularity, s.maturity_rating, coalesce(s.countries, '{}')
from staged_films as s
on conflict (id) do update set
    tmdb_id = excluded.tmdb_id,
    imdb_id = excluded.imdb_id,
    title = excluded.title,
    original_title = excluded.original_title,
    overview = excluded.overview,
    original_language = excluded.original_language,
    release_date = excluded.release_date,
    release_year = excluded.release_year,
    duration_minutes = excluded.duration_minutes,
    popularity = excluded.popularity,
    maturity_rating = excluded.maturity_rating,
    countries = excluded.countries
where
    (
        c.tmdb_id, c.imdb_id, c.title, c.original_title, c.overview, c.original_language, c.release_date,
        c.release_year, c.duration_minutes, c.popularity, c.maturity_rating, c.countries
    ) is distinct from (
        excluded.tmdb_id, excluded.imdb_id, excluded.title, excluded.original_title, excluded.overview,
        excluded.original_language, excluded.release_date, excluded.release_year, excluded.duration_minutes,
        excluded.popularity, excluded.maturity_rating, excluded.countries
    );
