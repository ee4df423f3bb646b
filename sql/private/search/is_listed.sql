-- May the viewer see the item of a document? As private.is_available; a function of its own, since with a table that
-- has row level security in the same query the planner reads no index in its order.
create or replace function private.is_listed(document integer, viewer private.viewer) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select private.is_available(i, viewer)
        from private.search_documents as d
        join public.items as i on i.id = d.item_id
        where d.document = is_listed.document
    );
end
$$;
comment on function private.is_listed(integer, private.viewer) is 'May the viewer see the item of a document?';
revoke execute on function private.is_listed(integer, private.viewer) from public;
grant execute on function private.is_listed(integer, private.viewer) to anon, authenticated, service_role;
