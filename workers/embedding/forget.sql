-- Remove the embeddings, of one item or of all (null), whose item has no text any more.
delete from public.item_embeddings as e
where
    (%(item_id)s::uuid is null or e.item_id = %(item_id)s)
    and not exists (select from private.embedding_texts as t where t.item_id = e.item_id)
