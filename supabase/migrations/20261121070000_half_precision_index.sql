-- The vectors' indexes at half precision and with more links: half the size, and nearly all that exact search finds.
-- The new ones are built beside the old ones: searches go on meanwhile, only new vectors wait.

set lock_timeout = '10s';
-- Enough for the graph of 100,000 vectors; one that does not fit is built several times slower.
set maintenance_work_mem = '256MB';

-- squawk-ignore require-concurrent-index-creation
create index item_embeddings_movies_half on public.item_embeddings
using hnsw ((embedding::extensions.halfvec(384)) extensions.halfvec_cosine_ops)
with (m = 24, ef_construction = 200) where kind = 'movie';

-- squawk-ignore require-concurrent-index-creation
create index item_embeddings_tv_shows_half on public.item_embeddings
using hnsw ((embedding::extensions.halfvec(384)) extensions.halfvec_cosine_ops)
with (m = 24, ef_construction = 200) where kind = 'tv_show';

-- squawk-ignore require-concurrent-index-creation
create index item_embeddings_sports_half on public.item_embeddings
using hnsw ((embedding::extensions.halfvec(384)) extensions.halfvec_cosine_ops)
with (m = 24, ef_construction = 200) where kind = 'sports';

-- squawk-ignore require-concurrent-index-creation
create index item_embeddings_books_half on public.item_embeddings
using hnsw ((embedding::extensions.halfvec(384)) extensions.halfvec_cosine_ops)
with (m = 24, ef_construction = 200) where kind = 'book';

-- squawk-ignore require-concurrent-index-deletion
drop index public.item_embeddings_movies;
-- squawk-ignore require-concurrent-index-deletion
drop index public.item_embeddings_tv_shows;
-- squawk-ignore require-concurrent-index-deletion
drop index public.item_embeddings_sports;
-- squawk-ignore require-concurrent-index-deletion
drop index public.item_embeddings_books;

-- squawk-ignore renaming-object
alter index public.item_embeddings_movies_half rename to item_embeddings_movies;
-- squawk-ignore renaming-object
alter index public.item_embeddings_tv_shows_half rename to item_embeddings_tv_shows;
-- squawk-ignore renaming-object
alter index public.item_embeddings_sports_half rename to item_embeddings_sports;
-- squawk-ignore renaming-object
alter index public.item_embeddings_books_half rename to item_embeddings_books;

reset maintenance_work_mem;
