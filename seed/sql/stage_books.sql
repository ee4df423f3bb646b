create temporary table staged_books (
    id uuid primary key,
    title text,
    isbn13 text,
    google_books_id text,
    subtitle text,
    authors text [],
    description text,
    language text,
    published_year smallint,
    page_count integer,
    popularity real,
    thumbnail_url text,
    genres text []
) on commit drop;
