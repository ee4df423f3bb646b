-- Make an item ours until the transaction ends, when whoever embeds it now has done so.
select pg_advisory_xact_lock(hashtextextended('embed ' || %(item_id)s::text, 0))
