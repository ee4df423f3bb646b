-- Record what the acting profile did with items: all events of a call or none; an event sent again does nothing.
-- Of like, save, dislike and dismiss the latest on an item counts. undo takes back every event before it on the item,
-- completion included: the item is as if the profile had said nothing of it. Delete a rating's row to take it back.
--   events  a list of 1 to 500 objects: client_id (uuid, chosen by the client, once per event), item_id (uuid),
--           type (view, click, share, save, like, dislike, complete, dismiss, undo), occurred_at (optional: ISO 8601
--           with seconds and a time zone, of the last 30 days, up to a minute ahead; default now; events of one time
--           count in the order of the list), metadata (optional object, up to 2,000 characters)
-- Returns how many events were new.
-- Raises 22023 naming the first bad event and its field, and in details.faults each bad one; 23503 for an unknown item,
-- 42501 without a profile, 429 and 413 for more events than the caller's limits admit.
-- Roles: authenticated.
-- Example: rpc/record_interactions {"events": [{"client_id": "6f1c…", "item_id": "0b7e…", "type": "click"}]}
-- Example response: 1
create or replace function public.record_interactions(events jsonb default null) returns integer
language plpgsql set search_path = ''
as $$
begin
    if jsonb_typeof(events) is distinct from 'array' or jsonb_array_length(events) not between 1 and 500 then
        raise exception 'events must be a list of 1 to 500 objects'
            using errcode = '22023', detail = '{"field": "events"}';
    end if;
    -- What an event has beside its fields is not kept, and costs as much to read.
    perform private.check_length('events', events::text, 2000000);
    if private.has_age_limit() then
        perform private.check_items(array(select private.as_uuid(e ->> 'item_id') from jsonb_array_elements(events) as e));
    end if;
    return private.store_interactions(events);
end
$$;
comment on function public.record_interactions(jsonb) is 'Record what the acting profile did with items.';
revoke execute on function public.record_interactions(jsonb) from public, service_role;
grant execute on function public.record_interactions(jsonb) to authenticated;
