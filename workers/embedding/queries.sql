-- name: count_stale
-- The number of items without an embedding by this model.
select count(*) from private.stale_embeddings(%(model)s, null, null);

-- name: claim
-- The next page of items without an embedding by this model, and whether we locked each of them until the transaction
-- ends; the others are being embedded by another process.
select
    s.item_id,
    pg_try_advisory_xact_lock(hashtextextended('embed ' || s.item_id::text, 0)) as claimed
from private.stale_embeddings(%(model)s, %(after)s, %(batch)s) as s
order by s.item_id;

-- name: wait
-- Lock an item until the transaction ends, after waiting for another process that embeds it.
select pg_advisory_xact_lock(hashtextextended('embed ' || %(item_id)s::text, 0));

-- name: changed
-- Those of the items whose current text this model has not embedded, with that text.
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
    );

-- name: save
-- Store an item's embedding, unless the item was deleted meanwhile. An item that is being deleted is skipped, not waited
-- for: a transaction that deletes many items may wait for one that we locked.
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
    embedded_at = now();

-- name: delete_textless
-- Delete the embeddings, of one item or of all (null), whose item has no text any more.
delete from public.item_embeddings as e
where
    (%(item_id)s::uuid is null or e.item_id = %(item_id)s)
    and not exists (select from private.embedding_texts as t where t.item_id = e.item_id);
