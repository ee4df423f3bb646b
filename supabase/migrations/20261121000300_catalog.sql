-- What can be watched, read, rated and recommended.

set lock_timeout = '10s';

create table public.items (
    id uuid primary key default gen_random_uuid(),
    kind text not null,
    created_at timestamptz not null default now(),
    constraint items_kind_known check (kind in ('movie', 'tv_show', 'sports', 'book')),
    constraint items_id_kind_key unique (id, kind)
);
comment on table public.items is
'One identity for everything that can be rated or recommended; content and books share its key.';
comment on column public.items.id is 'The id clients name.';
comment on column public.items.kind is 'movie, tv_show, sports or book; decides which table holds the rest.';
comment on column public.items.created_at is 'When the item entered this database.';

create table public.content (
    id uuid primary key default gen_random_uuid(),
    kind text not null default 'movie',
    tmdb_id bigint,
    imdb_id text,
    title text not null,
    original_title text,
    overview text,
    original_language text,
    release_date date,
    release_year smallint,
    duration_minutes integer,
    popularity real not null default 0,
    poster_path text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint content_item_fkey foreign key (id, kind) references public.items (id, kind) on delete cascade,
    constraint content_kind_known check (kind in ('movie', 'tv_show', 'sports')),
    constraint content_tmdb_id_key unique (kind, tmdb_id),
    constraint content_title_length check (length(btrim(title)) between 1 and 500),
    constraint content_overview_length check (length(overview) <= 10000),
    constraint content_language_code check (original_language ~ '^[a-z]{2,3}$'),
    constraint content_duration_positive check (duration_minutes > 0),
    constraint content_year_sane check (release_year between 1870 and 2200),
    constraint content_popularity_not_negative check (popularity >= 0)
);
create index content_title_trgm on public.content using gin (title extensions.gin_trgm_ops);
create index content_kind_popularity on public.content (kind, popularity desc);
comment on table public.content is 'Films, TV shows and sports events.';
comment on column public.content.id is 'The item''s id.';
comment on column public.content.kind is 'movie, tv_show or sports; the same as the item''s.';
comment on column public.content.tmdb_id is 'The id at The Movie Database, once per kind.';
comment on column public.content.imdb_id is 'The id at IMDb, as in tt0133093.';
comment on column public.content.title is 'The title in the catalogue''s main language.';
comment on column public.content.original_title is 'The title in the original language.';
comment on column public.content.overview is
'What it is about, in a few sentences; embedded with the title. Null: found by words only.';
comment on column public.content.original_language is 'ISO 639 code of the language it was made in.';
comment on column public.content.release_date is 'First release, where the day is known.';
comment on column public.content.release_year is 'Year of the first release.';
comment on column public.content.duration_minutes is 'Running time in minutes.';
comment on column public.content.popularity is
'Popularity told by the source it was imported from; orders what nobody here has rated yet.';
comment on column public.content.poster_path is 'Where the poster is, as the source names it.';
comment on column public.content.created_at is 'When the row was made.';
comment on column public.content.updated_at is 'When the row last changed.';

create table public.books (
    id uuid primary key default gen_random_uuid(),
    kind text not null default 'book',
    google_books_id text unique,
    isbn13 text unique,
    title text not null,
    subtitle text,
    authors text[] not null default '{}',
    description text,
    language text,
    published_year smallint,
    page_count integer,
    popularity real not null default 0,
    thumbnail_url text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint books_item_fkey foreign key (id, kind) references public.items (id, kind) on delete cascade,
    constraint books_kind_known check (kind = 'book'),
    constraint books_title_length check (length(btrim(title)) between 1 and 500),
    constraint books_description_length check (length(description) <= 20000),
    constraint books_isbn13_digits check (isbn13 ~ '^[0-9]{13}$'),
    constraint books_language_code check (language ~ '^[a-z]{2,3}$'),
    constraint books_pages_positive check (page_count > 0),
    constraint books_popularity_not_negative check (popularity >= 0)
);
create index books_title_trgm on public.books using gin (title extensions.gin_trgm_ops);
create index books_popularity on public.books (popularity desc);
comment on table public.books is 'Books.';
comment on column public.books.id is 'The item''s id.';
comment on column public.books.kind is 'Always book.';
comment on column public.books.google_books_id is 'The volume id at Google Books.';
comment on column public.books.isbn13 is 'ISBN, 13 digits.';
comment on column public.books.title is 'The title.';
comment on column public.books.subtitle is 'The subtitle, if any.';
comment on column public.books.authors is 'Authors in the order of the title page.';
comment on column public.books.description is 'What it is about; embedded with the title. Null: found by words only.';
comment on column public.books.language is 'ISO 639 code of the language it was written in.';
comment on column public.books.published_year is 'Year of the first publication.';
comment on column public.books.page_count is 'Number of pages.';
comment on column public.books.popularity is
'Popularity told by the source it was imported from; orders what nobody here has rated yet.';
comment on column public.books.thumbnail_url is 'A small picture of the cover.';
comment on column public.books.created_at is 'When the row was made.';
comment on column public.books.updated_at is 'When the row last changed.';

create table public.genres (
    id uuid primary key default gen_random_uuid(),
    name text not null unique,
    slug text not null unique,
    constraint genres_name_length check (length(btrim(name)) between 1 and 100),
    constraint genres_slug_form check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$')
);
comment on table public.genres is 'Genres of films, shows and books.';
comment on column public.genres.id is 'The genre''s id.';
comment on column public.genres.name is 'The name shown to people.';
comment on column public.genres.slug is 'The name in addresses.';

create table public.item_genres (
    item_id uuid not null references public.items (id) on delete cascade,
    genre_id uuid not null references public.genres (id) on delete cascade,
    primary key (item_id, genre_id)
);
create index item_genres_genre on public.item_genres (genre_id, item_id);
comment on table public.item_genres is 'Which item has which genres.';
comment on column public.item_genres.item_id is 'The item.';
comment on column public.item_genres.genre_id is 'One of its genres.';

create table public.item_tags (
    item_id uuid not null references public.items (id) on delete cascade,
    tag text not null,
    uses integer not null default 1,
    primary key (item_id, tag),
    constraint item_tags_length check (length(btrim(tag)) between 1 and 100),
    constraint item_tags_uses_positive check (uses > 0)
);
comment on table public.item_tags is 'Words people gave an item, unnamed.';
comment on column public.item_tags.item_id is 'The item.';
comment on column public.item_tags.tag is 'One word or a few, lower case.';
comment on column public.item_tags.uses is 'How many people gave it.';

create table public.item_embeddings (
    item_id uuid primary key,
    kind text not null,
    model text not null,
    text_hash uuid not null,
    embedding extensions.vector(384) not null,
    embedded_at timestamptz not null default now(),
    constraint item_embeddings_item_fkey
    foreign key (item_id, kind) references public.items (id, kind) on delete cascade
);
-- An index a kind: a search among films is not crowded out by books, and needs no filter after the index.
create index item_embeddings_movies on public.item_embeddings
using hnsw (embedding extensions.vector_cosine_ops) where kind = 'movie';
create index item_embeddings_tv_shows on public.item_embeddings
using hnsw (embedding extensions.vector_cosine_ops) where kind = 'tv_show';
create index item_embeddings_sports on public.item_embeddings
using hnsw (embedding extensions.vector_cosine_ops) where kind = 'sports';
create index item_embeddings_books on public.item_embeddings
using hnsw (embedding extensions.vector_cosine_ops) where kind = 'book';
comment on table public.item_embeddings is
'The meaning of each item''s text as a vector, made by the embedding worker.';
comment on column public.item_embeddings.item_id is 'The item.';
comment on column public.item_embeddings.kind is 'The item''s kind, here so that each kind has an index of its own.';
comment on column public.item_embeddings.model is
'Which model and weights made the vector; the worker makes anew what another model made.';
comment on column public.item_embeddings.text_hash is
'MD5 of the text that was embedded; differs from the item''s when that has changed since.';
comment on column public.item_embeddings.embedding is '384 dimensions, of length 1.';
comment on column public.item_embeddings.embedded_at is 'When the vector was made.';

create view public.movies with (security_invoker = true) as
select
    c.id,
    c.tmdb_id,
    c.imdb_id,
    c.title,
    c.original_title,
    c.overview,
    c.original_language,
    c.release_date,
    c.release_year,
    c.duration_minutes,
    c.popularity,
    c.poster_path,
    c.created_at,
    c.updated_at
from public.content as c
where c.kind = 'movie';
comment on view public.movies is 'The films among the content.';

create view public.catalog_items with (security_invoker = true) as
select
    c.id,
    c.kind,
    c.title,
    c.overview,
    c.release_year as year,
    c.original_language as language,
    c.poster_path as image,
    c.popularity
from public.content as c
union all
select
    b.id,
    b.kind,
    b.title,
    b.description as overview,
    b.published_year as year,
    b.language,
    b.thumbnail_url as image,
    b.popularity
from public.books as b;
comment on view public.catalog_items is 'Content and books alike: what a list of results shows of an item.';
