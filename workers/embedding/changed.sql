-- Which of these items still have a text that this model has not embedded, and that text as it is now.
select
    t.item_id,
    t.kind,
    t.text,
    t.text_hash
from unnest(%(items)s::uuid[]) as i (item_id)
cross join lateral private.embedding_text(i.item_id) as t
where
    not exists (
        select
        from public.item_embeddings as e
        where e.item_id = t.item_id and e.text_hash = t.text_hash and e.model = %(model)s
    )
