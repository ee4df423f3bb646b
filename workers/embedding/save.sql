-- Keep an item's embedding, unless the item was deleted meanwhile. One that is being deleted is not waited for: whoever
-- deletes many may wait for one that we hold.
insert into public.item_embeddings (item_id, kind, model, text_hash, embedding)
select
    i.id,
    i.kind,
    %(model)s,
    %(text_hash)s,
    %(embedding)s
from public.items as i
where i.id = %(item_id)s and i.kind = %(kind)s
for key share skip locked
on conflict (item_id) do update set
    model = excluded.model,
    text_hash = excluded.text_hash,
    embedding = excluded.embedding,
    embedded_at = now()
