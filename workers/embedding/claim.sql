-- The next page of items without an embedding by this model, and which of them nobody else embeds right now:
-- those are ours until the transaction ends.
select
    s.item_id,
    pg_try_advisory_xact_lock(hashtextextended('embed ' || s.item_id::text, 0)) as claimed
from private.stale_embeddings(%(model)s, %(after)s, %(batch)s) as s
order by s.item_id
