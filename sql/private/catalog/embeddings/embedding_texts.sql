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
