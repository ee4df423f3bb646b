-- Helper. Returns whether a viewer with an age limit may see the item of a name; true for every other viewer.
create or replace function private.is_visible_name(name private.search_names, viewer private.viewer) returns boolean
language sql stable
return viewer.age is null or private.is_visible_document((name).document, viewer);
comment on function private.is_visible_name(private.search_names, private.viewer) is
'Returns whether a viewer with an age limit may see the item of a name.';
revoke execute on function private.is_visible_name(private.search_names, private.viewer) from public;
grant execute on function private.is_visible_name(private.search_names, private.viewer)
to anon, authenticated, service_role;
