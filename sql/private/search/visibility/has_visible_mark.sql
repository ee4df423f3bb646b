-- Helper. Returns whether the viewer may see an item with one of the marks. For a viewer with an age limit, a person
-- or keyword that only hidden items have must be like one that does not exist.
create or replace function private.has_visible_mark(marks text[], viewer private.viewer) returns boolean
language plpgsql stable set search_path = '' set plan_cache_mode = force_custom_plan
as $$
begin
    return exists (
        select
        from private.search_documents as d
        join public.items as i on i.id = d.item_id
        where d.marks && has_visible_mark.marks and private.is_available(i, viewer)
    );
end
$$;
comment on function private.has_visible_mark(text[], private.viewer) is
'Returns whether the viewer may see an item with one of the marks.';
revoke execute on function private.has_visible_mark(text[], private.viewer) from public;
grant execute on function private.has_visible_mark(text[], private.viewer) to anon, authenticated, service_role;
