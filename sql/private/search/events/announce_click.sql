-- Helper. Announces a click on a result on the channel query_clicks. Notifications arrive in the order of the commits,
-- so the worker that receives both has written the search before its click.
create or replace function private.announce_click(search_id uuid, item_id uuid, place integer) returns void
language plpgsql set search_path = ''
as $$
begin
    if private.can_notify() then
        perform pg_notify('query_clicks', jsonb_build_object(
            'search_id', search_id, 'item_id', item_id, 'position', place, 'clicked_at', clock_timestamp()
        )::text);
    end if;
end
$$;
comment on function private.announce_click(uuid, uuid, integer) is
'Announces a click to the worker that records it.';
revoke execute on function private.announce_click(uuid, uuid, integer) from public;
grant execute on function private.announce_click(uuid, uuid, integer) to anon, authenticated;
