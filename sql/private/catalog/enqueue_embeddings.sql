-- Trigger: items whose text changed are embedded soon: a job each, or one sweep for a bulk load. A broken queue
-- never makes the client's write fail: the worker's periodic sweep finds what was not put in.
-- Definer: editors may not put jobs into the queue themselves.
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
    raise warning 'changed items of % could not be put into the queue: %', tg_table_name, sqlerrm;
    return null;
end
$$;
comment on function private.enqueue_embeddings() is 'Trigger: puts items whose text changed into the queue.';
revoke execute on function private.enqueue_embeddings() from public;
