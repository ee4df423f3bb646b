-- A film that another source brought already keeps its id.
update staged_films as s set id = c.id
from public.content as c
where
    c.kind = 'movie' and c.tmdb_id = s.tmdb_id and c.id <> s.id
    and not exists (select from staged_films as t where t.id = c.id);

-- What this source does not tell stays as another told it.
update staged_films as s set
    tmdb_id = coalesce(s.tmdb_id, c.tmdb_id),
    imdb_id = coalesce(s.imdb_id, c.imdb_id),
    original_title = coalesce(s.original_title, c.original_title),
    overview = coalesce(s.overview, c.overview),
    original_language = coalesce(s.original_language, c.original_language),
    release_date = coalesce(s.release_date, c.release_date),
    release_year = coalesce(s.release_year, c.release_year),
    duration_minutes = coalesce(s.duration_minutes, c.duration_minutes),
    popularity = greatest(s.popularity, c.popularity)
from public.content as c
where c.id = s.id;

insert into public.items (id, kind)
select s.id, 'movie' from staged_films as s
on conflict do nothing;

insert into public.content as c (
    id, kind, tmdb_id, imdb_id, title, original_title, overview, original_language, release_date, release_year,
    duration_minutes, popularity
)
select
    s.id, 'movie', s.tmdb_id, s.imdb_id, s.title, s.original_title, s.overview, s.original_language, s.release_date,
    s.release_year, s.duration_minutes, s.popularity
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
    popularity = excluded.popularity
where
    (
        c.tmdb_id, c.imdb_id, c.title, c.original_title, c.overview, c.original_language, c.release_date,
        c.release_year, c.duration_minutes, c.popularity
    ) is distinct from (
        excluded.tmdb_id, excluded.imdb_id, excluded.title, excluded.original_title, excluded.overview,
        excluded.original_language, excluded.release_date, excluded.release_year, excluded.duration_minutes,
        excluded.popularity
    );

create temporary table staged_genres on commit drop as
select s.id as item_id, g.name
from staged_films as s
cross join lateral unnest(s.genres) as g (name);
