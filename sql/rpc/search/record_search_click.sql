-- Records which result of a search was chosen first. It is written about a second later; a click that does not fit its
-- search is ignored: the search is unknown or older than a day, the search has a click, or the item is not among its
-- results.
--   search_id  search_id of the response
--   item_id    the item that was chosen
--   position   its position among all results, 1 to 1000; required for an item that is not among the first ten
-- Returns nothing.
-- Raises 22023 for a parameter that is missing or out of range, named in detail.field; 429 for more writes than the
-- caller's limit allows.
-- Roles: anon, authenticated.
-- Example: rpc/record_search_click {"search_id": "3e1f…", "item_id": "de12…", "position": 1}
-- Example response: 204, no content
create or replace function public.record_search_click(
    search_id uuid default null, item_id uuid default null, "position" integer default null
)
returns void
language plpgsql set search_path = ''
as $$
declare
    v_field text := case when search_id is null then 'search_id' when item_id is null then 'item_id' end;
begin
    if v_field is not null then
        raise exception '% is required', v_field
            using errcode = '22023', detail = jsonb_build_object('field', v_field)::text;
    end if;
    perform private.check_range('position', coalesce(record_search_click.position, 1), 1, 1000);
    perform private.announce_click(search_id, item_id, record_search_click.position);
end
$$;
comment on function public.record_search_click(uuid, uuid, integer) is
'Records which result of a search was chosen first.';
revoke execute on function public.record_search_click(uuid, uuid, integer) from public, service_role;
grant execute on function public.record_search_click(uuid, uuid, integer) to anon, authenticated;
