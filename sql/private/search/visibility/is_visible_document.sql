-- Helper. Returns whether the viewer may see the item of a document (private.is_available). It is a separate function
-- because the planner does not read an index in order if the query also reads a table with row level security.
create or replace function private.is_visible_document(document integer, viewer private.viewer) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select private.is_available(i, viewer)
        from private.search_documents as d
        join public.items as i on i.id = d.item_id
        where d.document = is_visible_document.document
    );
end
$$;
comment on function private.is_visible_document(integer, private.viewer) is
'Returns whether the viewer may see the item of a document.';
revoke execute on function private.is_visible_document(integer, private.viewer) from public;
grant execute on function private.is_visible_document(integer, private.viewer) to anon, authenticated, service_role;
