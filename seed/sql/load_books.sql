insert into public.books as b (
    id, isbn13, google_books_id, title, subtitle, authors, description, language, published_year, page_count,
    popularity, thumbnail_url
)
select
    s.id, s.isbn13, s.google_books_id, s.title, s.subtitle, s.authors, s.description, s.language, s.published_year,
    s.page_count, s.popularity, s.thumbnail_url
from staged_books as s
on conflict (id) do update set
    isbn13 = excluded.isbn13,
    google_books_id = excluded.google_books_id,
    title = excluded.title,
    subtitle = excluded.subtitle,
    authors = excluded.authors,
    description = excluded.description,
    language = excluded.language,
    published_year = excluded.published_year,
    page_count = excluded.page_count,
    popularity = excluded.popularity,
    thumbnail_url = excluded.thumbnail_url
where
    (
        b.isbn13, b.google_books_id, b.title, b.subtitle, b.authors, b.description, b.language, b.published_year,
        b.page_count, b.popularity, b.thumbnail_url
    ) is distinct from (
        excluded.isbn13, excluded.google_books_id, excluded.title, excluded.subtitle, excluded.authors,
        excluded.description, excluded.language, excluded.published_year, excluded.page_count, excluded.popularity,
        excluded.thumbnail_url
    );
