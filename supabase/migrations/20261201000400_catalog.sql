-- Items that can be watched, read, rated and recommended.

set lock_timeout = '10s';

create table public.items (
    id uuid primary key default gen_random_uuid(),
    kind text not null,
    created_at timestamptz not null default now(),
    language text,
    minimum_age smallint,
    is_restricted boolean not null default false,
    unique (id, kind),
    constraint items_kind_known check (kind in ('movie', 'tv_show', 'sports', 'book'))
);
comment on table public.items is
'Everything that can be rated or recommended, one row an item: films, shows, sports events and books. content and '
'books share its key.';
comment on column public.items.id is 'The id that clients use.';
comment on column public.items.kind is
'movie, tv_show, sports or book. A book has a row in books, any other kind in content.';
comment on column public.items.created_at is 'When the item was added to this database.';
comment on column public.items.language is
'ISO 639 code of the original language; a trigger copies it from content or books.';
comment on column public.items.minimum_age is
'Minimum age in years by the maturity rating; null: unrated. A trigger maintains it.';
comment on column public.items.is_restricted is
'True if item_availability has rows for the item, which then limit where and when it is available. A trigger '
'maintains it.';

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
    constraint books_description_length check (length(description) <= 20000),
    constraint books_isbn13_digits check (isbn13 ~ '^[0-9]{13}$'),
    constraint books_kind_known check (kind = 'book'),
    constraint books_language_code check (language ~ '^[a-z]{2,3}$'),
    constraint books_pages_positive check (page_count > 0),
    constraint books_popularity_not_negative check (popularity >= 0),
    constraint books_title_length check (length(btrim(title)) between 1 and 500)
);
create index books_popularity on public.books (popularity desc);
create index books_title_trgm on public.books using gin (title extensions.gin_trgm_ops);
alter table public.books add constraint books_texts_length check (
    length(subtitle) <= 500 and length(google_books_id) <= 100 and cardinality(authors) <= 100
    and length(array_to_string(authors, ',')) <= 5000
) not valid;
alter table public.books add constraint books_thumbnail_form check (
    length(thumbnail_url) <= 2000 and thumbnail_url ~ '^https?://'
) not valid;
comment on table public.books is 'Books, one row a book; the id is that of items.';
comment on column public.books.id is 'The item''s id.';
comment on column public.books.kind is 'Always book.';
comment on column public.books.google_books_id is 'The volume id at Google Books.';
comment on column public.books.isbn13 is 'ISBN-13, digits only.';
comment on column public.books.title is 'The title.';
comment on column public.books.subtitle is 'The subtitle; null: none.';
comment on column public.books.authors is 'Authors, in the order of the title page.';
comment on column public.books.description is
'A description; embedded together with the title. Null: the item has no embedding and is found by words only.';
comment on column public.books.language is 'ISO 639 code of the original language.';
comment on column public.books.published_year is 'Year of the first publication.';
comment on column public.books.page_count is 'Number of pages.';
comment on column public.books.popularity is
'Popularity stated by the data source; orders items that have no published ratings yet.';
comment on column public.books.thumbnail_url is 'URL of a thumbnail of the cover.';
comment on column public.books.created_at is 'When the row was inserted.';
comment on column public.books.updated_at is 'When the row last changed.';

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
    maturity_rating text,
    constraint content_tmdb_id_key unique (kind, tmdb_id),
    constraint content_item_fkey foreign key (id, kind) references public.items (id, kind) on delete cascade,
    constraint content_duration_positive check (duration_minutes > 0),
    constraint content_kind_known check (kind in ('movie', 'tv_show', 'sports')),
    constraint content_language_code check (original_language ~ '^[a-z]{2,3}$'),
    constraint content_maturity_known check (maturity_rating in ('G', 'PG', 'PG-13', 'R', 'NC-17')),
    constraint content_overview_length check (length(overview) <= 10000),
    constraint content_popularity_not_negative check (popularity >= 0),
    constraint content_title_length check (length(btrim(title)) between 1 and 500),
    constraint content_year_sane check (release_year between 1870 and 2200)
);
create index content_kind_popularity on public.content (kind, popularity desc);
create index content_title_trgm on public.content using gin (title extensions.gin_trgm_ops);
alter table public.content add constraint content_texts_length check (
    length(original_title) <= 500 and length(imdb_id) <= 20 and length(poster_path) <= 500
) not valid;
comment on table public.content is 'Films, TV shows and sports events.';
comment on column public.content.id is 'The item''s id.';
comment on column public.content.kind is 'movie, tv_show or sports; equal to items.kind.';
comment on column public.content.tmdb_id is 'The id at The Movie Database, unique per kind.';
comment on column public.content.imdb_id is 'The id at IMDb, such as tt0133093.';
comment on column public.content.title is 'The title in the main language of the catalogue.';
comment on column public.content.original_title is 'The title in the original language.';
comment on column public.content.overview is
'A description in a few sentences; embedded together with the title. Null: the item has no embedding and is found by '
'words only.';
comment on column public.content.original_language is 'ISO 639 code of the original language.';
comment on column public.content.release_date is 'Date of the first release; null: only the year is known.';
comment on column public.content.release_year is 'Year of the first release.';
comment on column public.content.duration_minutes is 'Running time in minutes.';
comment on column public.content.popularity is
'Popularity stated by the data source; orders items that have no published ratings yet.';
comment on column public.content.poster_path is 'Path of the poster image at the data source.';
comment on column public.content.created_at is 'When the row was inserted.';
comment on column public.content.updated_at is 'When the row last changed.';
comment on column public.content.maturity_rating is
'G, PG, PG-13, R or NC-17; null: unrated, hidden from kids profiles.';

create table public.genres (
    id uuid primary key default gen_random_uuid(),
    name text not null unique,
    slug text not null unique,
    constraint genres_name_length check (length(btrim(name)) between 1 and 100),
    constraint genres_slug_form check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$')
);
alter table public.genres add constraint genres_slug_length check (length(slug) <= 100) not valid;
comment on table public.genres is 'Genres of films, shows and books, one row a genre.';
comment on column public.genres.id is 'The genre''s id.';
comment on column public.genres.name is 'The name that users see.';
comment on column public.genres.slug is 'The name used in URLs and as the filter of search_content.';

create table public.item_availability (
    id bigint generated always as identity primary key,
    item_id uuid not null references public.items (id) on delete cascade,
    country text,
    tier text,
    starts_at timestamptz not null default '-infinity',
    ends_at timestamptz not null default 'infinity',
    constraint item_availability_once unique nulls not distinct (item_id, country, tier, starts_at),
    constraint item_availability_country_code check (country ~ '^[A-Z]{2}$'),
    constraint item_availability_tier_known check (tier in ('free', 'premium')),
    constraint item_availability_window check (starts_at < ends_at)
);
comment on table public.item_availability is
'Where and when items are available. An item without rows is available everywhere and always; an item with rows only '
'as one of them states.';
comment on column public.item_availability.id is 'The id of the row.';
comment on column public.item_availability.item_id is 'The item.';
comment on column public.item_availability.country is 'ISO 3166 code, two capital letters; null: every country.';
comment on column public.item_availability.tier is
'premium: only accounts of this tier can play the item; free or null: all can. Lists show the item to all; playback '
'checks the tier.';
comment on column public.item_availability.starts_at is 'Start of the availability, included.';
comment on column public.item_availability.ends_at is 'End of the availability, not included.';

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
create index item_embeddings_books on public.item_embeddings
using hnsw ((embedding::extensions.halfvec(384)) extensions.halfvec_cosine_ops) with (m = 16, ef_construction = 400)
where kind = 'book';
create index item_embeddings_movies on public.item_embeddings
using hnsw ((embedding::extensions.halfvec(384)) extensions.halfvec_cosine_ops) with (m = 16, ef_construction = 400)
where kind = 'movie';
create index item_embeddings_sports on public.item_embeddings
using hnsw ((embedding::extensions.halfvec(384)) extensions.halfvec_cosine_ops) with (m = 16, ef_construction = 400)
where kind = 'sports';
create index item_embeddings_tv_shows on public.item_embeddings
using hnsw ((embedding::extensions.halfvec(384)) extensions.halfvec_cosine_ops) with (m = 16, ef_construction = 400)
where kind = 'tv_show';
comment on table public.item_embeddings is
'Embeddings of the items'' texts for semantic search, one row an item; the embedding worker maintains them.';
comment on column public.item_embeddings.item_id is 'The item.';
comment on column public.item_embeddings.kind is
'The item''s kind, copied here because each kind has its own HNSW index.';
comment on column public.item_embeddings.model is
'Name and weights of the model that computed the vector. The worker recomputes vectors of any other model.';
comment on column public.item_embeddings.text_hash is
'MD5 of the embedded text; differs from that of private.embedding_texts if the text has changed since.';
comment on column public.item_embeddings.embedding is 'The embedding: 384 dimensions, normalised to length 1.';
comment on column public.item_embeddings.embedded_at is 'When the vector was computed.';

create table public.item_genres (
    item_id uuid not null references public.items (id) on delete cascade,
    genre_id uuid not null references public.genres (id) on delete cascade,
    primary key (item_id, genre_id)
);
create index item_genres_genre on public.item_genres (genre_id, item_id);
comment on table public.item_genres is 'Genres of items, one row per item and genre.';
comment on column public.item_genres.item_id is 'The item.';
comment on column public.item_genres.genre_id is 'A genre of the item.';

create table public.item_tags (
    item_id uuid not null references public.items (id) on delete cascade,
    tag text not null,
    uses integer not null default 1,
    primary key (item_id, tag),
    constraint item_tags_length check (length(btrim(tag)) between 1 and 100),
    constraint item_tags_uses_positive check (uses > 0)
);
comment on table public.item_tags is 'Tags that users gave to items, with counts and without the users.';
comment on column public.item_tags.item_id is 'The item.';
comment on column public.item_tags.tag is 'One or a few words, in lower case.';
comment on column public.item_tags.uses is 'How many users gave the item this tag.';

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
comment on view public.catalog_items is 'All items with the columns that result lists show, from content and books.';

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
comment on view public.movies is 'The films of content.';

-- Functions, triggers and policies as sql/ has them.

set check_function_bodies = off;

-- source: sql/private/catalog/embeddings/embedding_texts.sql
-- The text that is embedded for each item, "title. overview", and its MD5 hash. Items without an overview or
-- description have no row.
create or replace view private.embedding_texts with (security_invoker = true) as
select
    c.id as item_id,
    c.kind,
    c.title || '. ' || c.overview as text,
    md5(c.title || '. ' || c.overview)::uuid as text_hash
from public.content as c
where btrim(c.overview) <> ''
union all
select
    b.id as item_id,
    b.kind,
    b.title || '. ' || b.description as text,
    md5(b.title || '. ' || b.description)::uuid as text_hash
from public.books as b
where btrim(b.description) <> '';
comment on view private.embedding_texts is 'The text to embed for each item, with its hash.';

-- source: sql/private/catalog/items/item_facts.sql
-- The columns of content and books that items copies, so that lists need no join.
create or replace view private.item_facts with (security_invoker = true) as
select
    c.id as item_id,
    c.original_language as language,
    c.maturity_rating
from public.content as c
union all
select
    b.id as item_id,
    b.language,
    null as maturity_rating
from public.books as b;
comment on view private.item_facts is 'The columns of content and books that items copies.';

-- source: sql/private/catalog/availability/is_offered.sql
-- Helper. Returns whether a row of item_availability is valid now for the item in the country (null: unknown, only rows
-- for all countries count). With a tier (free or premium), the row must permit that tier to play the item. False for an
-- item without rows.
create or replace function private.is_offered(item_id uuid, country text, tier text default null) returns boolean
language sql stable set search_path = ''
as $$
    select exists (
        select
        from public.item_availability as a
        where
            a.item_id = is_offered.item_id
            and (a.country is null or a.country = is_offered.country)
            and now() >= a.starts_at and now() < a.ends_at
            and (is_offered.tier is null or is_offered.tier = 'premium' or a.tier is null or a.tier = 'free')
    )
$$;
comment on function private.is_offered(uuid, text, text) is
'Whether the item is available now in a country, to a tier.';
revoke execute on function private.is_offered(uuid, text, text) from public;
grant execute on function private.is_offered(uuid, text, text) to anon, authenticated, service_role;

-- source: sql/private/catalog/availability/mark_restricted.sql
-- Trigger. Sets items.is_restricted to whether item_availability has rows for the item. It locks the items first, in id
-- order, so that of two concurrent writers the later one sees the rows of the earlier one.
-- Definer: a role that writes item_availability needs no privilege on items.
create or replace function private.mark_restricted() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_items uuid[] := array(select distinct c.item_id from changed_rows as c);
begin
    perform from public.items as i where i.id = any(v_items) order by i.id for no key update;
    update public.items as i set is_restricted = not i.is_restricted
    where
        i.id = any(v_items)
        and i.is_restricted <> exists (select from public.item_availability as a where a.item_id = i.id);
    return null;
end
$$;
comment on function private.mark_restricted() is 'Trigger. Sets items.is_restricted.';
revoke execute on function private.mark_restricted() from public;

-- source: sql/private/catalog/embeddings/embedding_text.sql
-- Worker. Returns the text to embed for one item; no row if the item has no overview or description.
create or replace function private.embedding_text(item_id uuid) returns setof private.embedding_texts
language sql stable set search_path = ''
as $$
    select t.* from private.embedding_texts as t where t.item_id = embedding_text.item_id
$$;
comment on function private.embedding_text(uuid) is 'The text to embed for one item.';
revoke execute on function private.embedding_text(uuid) from public;
grant execute on function private.embedding_text(uuid) to service_role;

-- source: sql/private/catalog/embeddings/enqueue_embeddings.sql
-- Trigger. Enqueues an embedding job for each item whose text changed, or one sweep of all stale items when more than
-- 50 changed. An error in the queue is only logged as a warning, so the write succeeds: the worker's periodic sweep
-- finds the items.
-- Definer: roles that write the catalogue have no privilege on the queue.
create or replace function private.enqueue_embeddings() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_items uuid[];
begin
    select array_agg(c.id) into v_items
    from changed_rows as c
    left join private.embedding_texts as t on t.item_id = c.id
    left join public.item_embeddings as e on e.item_id = c.id
    where e.text_hash is distinct from t.text_hash;
    if cardinality(v_items) > 50 then
        perform private.enqueue('embedding', 'embed_stale', '{}', 'embed_stale');
    else
        perform private.enqueue('embedding', 'embed_item', jsonb_build_object('item_id', i), 'embed_item:' || i)
        from unnest(v_items) as i;
    end if;
    return null;
exception when others then
    raise warning 'embedding jobs for changed items of % could not be enqueued: %', tg_table_name, sqlerrm;
    return null;
end
$$;
comment on function private.enqueue_embeddings() is 'Trigger. Enqueues embedding jobs for items whose text changed.';
revoke execute on function private.enqueue_embeddings() from public;

-- source: sql/private/catalog/embeddings/stale_embeddings.sql
-- Worker. Returns up to `batch` items, in id order, whose text has no current embedding: none, of another text or by
-- another model.
--   model  the model's name and version
--   after  the id after which to continue; null: from the first
--   batch  how many items at most
create or replace function private.stale_embeddings(model text, after uuid, batch integer)
returns setof private.embedding_texts
language sql stable set search_path = ''
as $$
    select t.*
    from private.embedding_texts as t
    left join public.item_embeddings as e on e.item_id = t.item_id
    where
        (after is null or t.item_id > after)
        and (e.item_id is null or e.text_hash <> t.text_hash or e.model <> stale_embeddings.model)
    order by t.item_id
    limit batch
$$;
comment on function private.stale_embeddings(text, uuid, integer) is 'The next items to embed.';
revoke execute on function private.stale_embeddings(text, uuid, integer) from public;
grant execute on function private.stale_embeddings(text, uuid, integer) to service_role;

-- source: sql/private/catalog/items/check_item.sql
-- Helper. Raises 22023 if item_id is null, PT404 if the item does not exist or row level security hides it from the
-- caller.
create or replace function private.check_item(item_id uuid) returns void
language plpgsql stable set search_path = ''
as $$
begin
    if item_id is null then
        raise exception 'item_id is missing' using errcode = '22023', detail = '{"field": "item_id"}';
    end if;
    if not exists (select from public.items as i where i.id = check_item.item_id) then
        raise exception 'there is no item %', item_id using errcode = 'PT404', detail = '{"field": "item_id"}';
    end if;
end
$$;
comment on function private.check_item(uuid) is 'Raise an error unless the item exists for the caller.';
revoke execute on function private.check_item(uuid) from public;
grant execute on function private.check_item(uuid) to anon, authenticated, service_role;

-- source: sql/private/catalog/items/check_items.sql
-- Helper. Raises 23503, naming the id, if an item does not exist or row level security hides it from the caller. Null
-- ids are ignored.
create or replace function private.check_items(item_ids uuid[]) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_missing uuid := (
        select u.id
        from unnest(item_ids) as u (id)
        where u.id is not null and not exists (select from public.items as i where i.id = u.id)
        limit 1
    );
begin
    if v_missing is not null then
        raise exception 'there is no item %', v_missing using errcode = '23503', detail = '{"field": "item_id"}';
    end if;
end
$$;
comment on function private.check_items(uuid[]) is 'Raise an error unless all items exist for the caller.';
revoke execute on function private.check_items(uuid[]) from public;
grant execute on function private.check_items(uuid[]) to anon, authenticated, service_role;

-- source: sql/private/catalog/items/check_kind.sql
-- Helper. Raises 22023 unless kind is movie, tv_show, sports or book. Null is accepted and means any kind.
create or replace function private.check_kind(kind text) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if kind not in ('movie', 'tv_show', 'sports', 'book') then
        raise exception 'kind must be movie, tv_show, sports or book, not %', left(kind, 40)
            using errcode = '22023', detail = '{"field": "kind"}';
    end if;
end
$$;
comment on function private.check_kind(text) is 'Raise an error for an unknown kind of item.';
revoke execute on function private.check_kind(text) from public;
grant execute on function private.check_kind(text) to anon, authenticated, service_role;

-- source: sql/private/catalog/items/check_rated_item.sql
-- Trigger. Raises 23503 if the rated item does not exist or the acting profile may not see it: the error is the same
-- for both, so it does not reveal the item.
-- Security invoker: the policy of items decides. Writers that bypass row level security are checked by the foreign key
-- alone.
create or replace function private.check_rated_item() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if row_security_active('public.items') then
        perform private.check_items(array[new.item_id]);
    end if;
    return new;
end
$$;
comment on function private.check_rated_item() is 'Trigger. Refuses ratings of items that do not exist for the caller.';
revoke execute on function private.check_rated_item() from public;
grant execute on function private.check_rated_item() to authenticated, service_role;

-- source: sql/private/catalog/items/create_item.sql
-- Trigger. Inserts the row of items for new content or a new book, unless it exists, and deletes it with them.
-- Definer: a role that writes content or books needs no privilege on items.
create or replace function private.create_item() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if tg_op = 'DELETE' then
        delete from public.items where id = old.id;
        return null;
    end if;
    insert into public.items (id, kind) values (new.id, new.kind) on conflict do nothing;
    return new;
end
$$;
comment on function private.create_item() is 'Trigger. Inserts and deletes the row of items with its content or book.';
revoke execute on function private.create_item() from public;

-- source: sql/private/catalog/items/describe_items.sql
-- Trigger. Copies the language and the minimum age of changed content and books to items, where lists read them without
-- a join.
-- Definer: a role that writes content or books needs no privilege on items.
create or replace function private.describe_items() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update public.items as i set language = f.language, minimum_age = private.minimum_age(f.maturity_rating)
    from changed_rows as c
    join private.item_facts as f on f.item_id = c.id
    where
        i.id = c.id
        and (i.language, i.minimum_age) is distinct from (f.language, private.minimum_age(f.maturity_rating));
    return null;
end
$$;
comment on function private.describe_items() is
'Trigger. Copies language and minimum age of content and books to items.';
revoke execute on function private.describe_items() from public;

-- source: sql/private/catalog/items/item_exists.sql
-- Policy predicate. Returns whether the item exists and the acting profile's age permits it; false for an unknown id.
-- Never raises.
-- Definer: with row level security the policy of items would evaluate the same rule again for each row.
create or replace function private.item_exists(item_id uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return exists (
        select from public.items as i where i.id = item_exists.item_id and private.allows_age(i.minimum_age)
    );
end
$$;
comment on function private.item_exists(uuid) is 'Whether the item exists for the acting profile.';
revoke execute on function private.item_exists(uuid) from public;
grant execute on function private.item_exists(uuid) to anon, authenticated, service_role;

-- source: sql/private/catalog/items/language_name.sql
-- Helper. Returns the English name of a language by its ISO 639 code, for the sentence of a reason; null for a language
-- that is not listed. Clients in other languages translate the reason's code instead.
create or replace function private.language_name(code text) returns text
language sql immutable set search_path = ''
as $$
    select '{
        "ar": "Arabic", "bn": "Bengali", "cn": "Cantonese", "cs": "Czech", "da": "Danish",
        "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "fa": "Persian",
        "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian",
        "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch",
        "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
        "sv": "Swedish", "ta": "Tamil", "te": "Telugu", "th": "Thai", "tr": "Turkish",
        "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese"
    }'::jsonb ->> language_name.code
$$;
comment on function private.language_name(text) is 'The English name of a language; null if it is not listed.';
revoke execute on function private.language_name(text) from public;
grant execute on function private.language_name(text) to anon, authenticated, service_role;

-- source: sql/private/recommend/publication/trend_language.sql
-- Trigger. Copies an item's new language to its trends.
-- Definer: the role that changes an item may not write trends.
create or replace function private.trend_language() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update public.item_trends set language = new.language where item_id = new.id;
    return null;
end
$$;
comment on function private.trend_language() is 'Trigger: copies an item''s new language to its trends.';
revoke execute on function private.trend_language() from public;

-- source: sql/private/search/index/index_changed.sql
-- Trigger. Updates the search index of changed items in the transaction that changes them. The argument is the column
-- of the changed rows that contains the item's id; with genre_id, all items of the changed genres are updated.
-- Definer: the role that changes an item may not write the search index.
create or replace function private.index_changed() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_items uuid[];
begin
    case tg_argv[0]
        when 'id' then
            select array_agg(distinct c.id) into v_items from changed_rows as c;
        when 'item_id' then
            select array_agg(distinct c.item_id) into v_items from changed_rows as c;
        when 'genre_id' then
            select array_agg(distinct i.item_id) into v_items
            from public.item_genres as i
            where i.genre_id in (select c.id from changed_rows as c);
    end case;
    if v_items is not null then
        perform private.index_items(v_items);
    end if;
    return null;
end
$$;
comment on function private.index_changed() is 'Trigger: updates the search index when the catalogue changes.';
revoke execute on function private.index_changed() from public;

-- source: sql/private/identity/ages/fits_age.sql
-- Helper. Returns whether the viewer's age permits the item: always if the viewer has no age limit, else if the minimum
-- age is not above the viewer's age; an unrated item, only if the viewer sees unrated items.
-- The query planner inlines it.
create or replace function private.fits_age(item public.items, viewer private.viewer) returns boolean
language sql stable
return viewer.age is null or coalesce(item.minimum_age <= viewer.age, viewer.shows_unrated, false);
comment on function private.fits_age(public.items, private.viewer) is 'Whether the viewer''s age permits the item.';
revoke execute on function private.fits_age(public.items, private.viewer) from public;
grant execute on function private.fits_age(public.items, private.viewer) to anon, authenticated, service_role;

-- source: sql/private/catalog/availability/is_available.sql
-- Helper. Returns whether lists may show the item to this viewer: the viewer's age permits it, and, if
-- item_availability has rows for it, one of them is valid now in the viewer's country. True for a viewer that is all
-- null (the service).
-- The tier is ignored: lists also show what premium would add; playback checks the tier.
-- The query planner inlines it: an item without rows costs two comparisons.
create or replace function private.is_available(item public.items, viewer private.viewer) returns boolean
language sql stable
return private.fits_age(item, viewer)
and (not item.is_restricted or viewer.tier is null or private.is_offered(item.id, viewer.country));
comment on function private.is_available(public.items, private.viewer) is
'Whether lists may show the item to this viewer.';
revoke execute on function private.is_available(public.items, private.viewer) from public;
grant execute on function private.is_available(public.items, private.viewer) to anon, authenticated, service_role;

-- source: sql/private/catalog/availability/item_tier.sql
-- Helper. Returns the tier needed to play an item now in the viewer's country: free or premium.
create or replace function private.item_tier(item public.items, viewer private.viewer) returns text
language sql stable
return case
    when not item.is_restricted or private.is_offered(item.id, viewer.country, 'free') then 'free' else 'premium'
end;
comment on function private.item_tier(public.items, private.viewer) is
'Returns the tier needed to play an item: free or premium.';
revoke execute on function private.item_tier(public.items, private.viewer) from public;
grant execute on function private.item_tier(public.items, private.viewer) to anon, authenticated, service_role;

-- source: sql/triggers/books.sql
-- Books: triggers create, update and delete the row of items, set updated_at, enqueue an embedding when the text
-- changes, and update the search index.
create or replace trigger create_item
before insert on public.books
for each row execute function private.create_item();

create or replace trigger delete_item
after delete on public.books
for each row execute function private.create_item();

create or replace trigger touch
before update on public.books
for each row execute function private.touch();

create or replace trigger enqueue_inserted
after insert on public.books referencing new table as changed_rows
for each statement execute function private.enqueue_embeddings();

create or replace trigger enqueue_updated
after update on public.books referencing new table as changed_rows
for each statement execute function private.enqueue_embeddings();

create or replace trigger describe_inserted
after insert on public.books referencing new table as changed_rows
for each statement execute function private.describe_items();

create or replace trigger describe_updated
after update on public.books referencing new table as changed_rows
for each statement execute function private.describe_items();

create or replace trigger index_inserted
after insert on public.books referencing new table as changed_rows
for each statement execute function private.index_changed('id');

create or replace trigger index_updated
after update on public.books referencing new table as changed_rows
for each statement execute function private.index_changed('id');

-- source: sql/triggers/content.sql
-- Content: triggers create, update and delete the row of items, set updated_at, enqueue an embedding when the text
-- changes, and update the search index.
create or replace trigger create_item
before insert on public.content
for each row execute function private.create_item();

create or replace trigger delete_item
after delete on public.content
for each row execute function private.create_item();

create or replace trigger touch
before update on public.content
for each row execute function private.touch();

create or replace trigger enqueue_inserted
after insert on public.content referencing new table as changed_rows
for each statement execute function private.enqueue_embeddings();

create or replace trigger enqueue_updated
after update on public.content referencing new table as changed_rows
for each statement execute function private.enqueue_embeddings();

create or replace trigger describe_inserted
after insert on public.content referencing new table as changed_rows
for each statement execute function private.describe_items();

create or replace trigger describe_updated
after update on public.content referencing new table as changed_rows
for each statement execute function private.describe_items();

create or replace trigger index_inserted
after insert on public.content referencing new table as changed_rows
for each statement execute function private.index_changed('id');

create or replace trigger index_updated
after update on public.content referencing new table as changed_rows
for each statement execute function private.index_changed('id');

-- source: sql/triggers/genres.sql
-- Genres: the search index follows a changed name.
create or replace trigger index_updated
after update on public.genres referencing new table as changed_rows
for each statement execute function private.index_changed('genre_id');

-- source: sql/triggers/item_availability.sql
-- Sets items.is_restricted when rows of an item change.
create or replace trigger mark_inserted
after insert on public.item_availability referencing new table as changed_rows
for each statement execute function private.mark_restricted();

create or replace trigger mark_updated_from
after update on public.item_availability referencing old table as changed_rows
for each statement execute function private.mark_restricted();

create or replace trigger mark_updated_to
after update on public.item_availability referencing new table as changed_rows
for each statement execute function private.mark_restricted();

create or replace trigger mark_deleted
after delete on public.item_availability referencing old table as changed_rows
for each statement execute function private.mark_restricted();

-- source: sql/triggers/item_genres.sql
-- Genres of items: the search index follows.
create or replace trigger index_inserted
after insert on public.item_genres referencing new table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_updated_from
after update on public.item_genres referencing old table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_updated_to
after update on public.item_genres referencing new table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_deleted
after delete on public.item_genres referencing old table as changed_rows
for each statement execute function private.index_changed('item_id');

-- source: sql/triggers/item_tags.sql
-- Tags of items: the search index follows.
create or replace trigger index_inserted
after insert on public.item_tags referencing new table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_updated_from
after update on public.item_tags referencing old table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_updated_to
after update on public.item_tags referencing new table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_deleted
after delete on public.item_tags referencing old table as changed_rows
for each statement execute function private.index_changed('item_id');

-- source: sql/triggers/items.sql
-- Copies a changed language to the item's trends.
create or replace trigger trend_language
after update of language on public.items
for each row when (old.language is distinct from new.language) execute function private.trend_language();

-- source: sql/access/books.sql
-- Everyone reads books that exist for the acting profile.
alter table public.books enable row level security;
revoke all on public.books from anon, authenticated;
grant select on public.books to anon, authenticated;
grant all on public.books to service_role;

drop policy if exists books_select_everybody on public.books;
create policy books_select_everybody on public.books
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(id));
comment on policy books_select_everybody on public.books is 'Everyone reads books that exist for the acting profile.';

-- source: sql/access/catalog_items.sql
-- The view runs as its caller: the policies of its tables apply.
revoke all on public.catalog_items from anon, authenticated, service_role;
grant select on public.catalog_items to anon, authenticated, service_role;

-- source: sql/access/content.sql
-- Everyone reads films, shows and sports that exist for the acting profile.
alter table public.content enable row level security;
revoke all on public.content from anon, authenticated;
grant select on public.content to anon, authenticated;
grant all on public.content to service_role;

drop policy if exists content_select_everybody on public.content;
create policy content_select_everybody on public.content
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(id));
comment on policy content_select_everybody on public.content is
'Everyone reads content that exists for the acting profile.';

-- source: sql/access/genres.sql
-- Everyone reads genres.
alter table public.genres enable row level security;
revoke all on public.genres from anon, authenticated;
grant select on public.genres to anon, authenticated;
grant all on public.genres to service_role;

drop policy if exists genres_select_everybody on public.genres;
create policy genres_select_everybody on public.genres
for select to anon, authenticated
using (true);
comment on policy genres_select_everybody on public.genres is 'Everyone reads genres.';

-- source: sql/access/item_availability.sql
-- Everyone reads the availability of items that exist for the acting profile: lists run as their caller.
alter table public.item_availability enable row level security;
revoke all on public.item_availability from anon, authenticated;
grant select on public.item_availability to anon, authenticated;
grant all on public.item_availability to service_role;

drop policy if exists item_availability_select_everybody on public.item_availability;
create policy item_availability_select_everybody on public.item_availability
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(item_id));
comment on policy item_availability_select_everybody on public.item_availability is
'Everyone reads the availability of items that exist for the acting profile.';

-- source: sql/access/item_embeddings.sql
-- Everyone reads the vectors of items that exist for the acting profile: searches run as their caller, and the texts
-- are public.
alter table public.item_embeddings enable row level security;
revoke all on public.item_embeddings from anon, authenticated;
grant select on public.item_embeddings to anon, authenticated;
grant all on public.item_embeddings to service_role;

drop policy if exists item_embeddings_select_everybody on public.item_embeddings;
create policy item_embeddings_select_everybody on public.item_embeddings
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(item_id));
comment on policy item_embeddings_select_everybody on public.item_embeddings is
'Everyone reads the embeddings of items that exist for the acting profile.';

-- source: sql/access/item_genres.sql
-- Everyone reads the genres of items that exist for the acting profile.
alter table public.item_genres enable row level security;
revoke all on public.item_genres from anon, authenticated;
grant select on public.item_genres to anon, authenticated;
grant all on public.item_genres to service_role;

drop policy if exists item_genres_select_everybody on public.item_genres;
create policy item_genres_select_everybody on public.item_genres
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(item_id));
comment on policy item_genres_select_everybody on public.item_genres is
'Everyone reads the genres of items that exist for the acting profile.';

-- source: sql/access/item_tags.sql
-- Everyone reads the tags of items that exist for the acting profile.
alter table public.item_tags enable row level security;
revoke all on public.item_tags from anon, authenticated;
grant select on public.item_tags to anon, authenticated;
grant all on public.item_tags to service_role;

drop policy if exists item_tags_select_everybody on public.item_tags;
create policy item_tags_select_everybody on public.item_tags
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(item_id));
comment on policy item_tags_select_everybody on public.item_tags is
'Everyone reads the tags of items that exist for the acting profile.';

-- source: sql/access/items.sql
-- Everyone reads items that the acting profile's age permits. The other tables of the catalogue refer to this rule.
alter table public.items enable row level security;
revoke all on public.items from anon, authenticated;
grant select on public.items to anon, authenticated;
grant all on public.items to service_role;

drop policy if exists items_select_everybody on public.items;
create policy items_select_everybody on public.items
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.allows_age(minimum_age));
comment on policy items_select_everybody on public.items is
'Everyone reads the items that the acting profile''s age permits.';

-- source: sql/access/movies.sql
-- The view runs as its caller: the policies of its tables apply.
revoke all on public.movies from anon, authenticated, service_role;
grant select on public.movies to anon, authenticated, service_role;
