-- Records events of the acting profile on items: all events of a call or none; an event that was sent before is
-- ignored.
-- The latest like, save, dislike or dismiss on an item counts. undo cancels all earlier events on the item, completion
-- included. To withdraw a rating, delete its row.
--   events  array of 1 to 500 objects: client_id (uuid, chosen by the client, unique per event), item_id (uuid), type
--           (view, click, share, save, like, dislike, complete, dismiss, undo), occurred_at (optional, default now: ISO
--           8601 with seconds and a time zone, within the last 30 days, at most one minute ahead; events of the same
--           time count in array order), metadata (optional object, up to 2,000 characters)
-- Returns the number of new events.
-- Raises 22023 for invalid events, naming the first one and its field, and all of them in details.faults; 23503 for an
-- unknown item, 42501 without a profile, 429 and 413 for more events than the caller's limits allow.
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
    -- Unknown fields of an event are not stored, but parsing them costs as much: limit the whole text.
    perform private.check_length('events', events::text, 2000000);
    if private.has_age_limit() then
        perform private.check_items(array(select private.as_uuid(e ->> 'item_id') from jsonb_array_elements(events) as e));
    end if;
    return private.store_interactions(events);
end
$$;
comment on function public.record_interactions(jsonb) is 'Records events of the acting profile on items.';
revoke execute on function public.record_interactions(jsonb) from public, service_role;
grant execute on function public.record_interactions(jsonb) to authenticated;
