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
