create temporary table staged_films (
    id uuid primary key,
    title text,
    tmdb_id bigint,
    imdb_id text,
    original_title text,
    overview text,
    original_language text,
    release_date date,
    release_year smallint,
    duration_minutes integer,
    popularity real,
    maturity_rating text,
    genres text []
) on commit drop;
