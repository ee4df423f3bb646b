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
