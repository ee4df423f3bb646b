-- Helper. Returns the number of documents of visible items that hold a lexeme, 2,000 at most, among those with numbers
-- up to as_of: enough for its weight in a search of a viewer with an age limit.
create or replace function private.visible_documents(lexeme text, viewer private.viewer, as_of integer) returns bigint
language plpgsql stable set search_path = '' set plan_cache_mode = force_custom_plan
as $$
begin
    return (
        select count(*)
        from (
            select
            from private.search_postings as p
            join private.search_documents as d on d.document = p.document
            join public.items as i on i.id = d.item_id
            where
                p.lexeme = visible_documents.lexeme and p.document <= visible_documents.as_of
                and private.is_available(i, visible_documents.viewer)
            limit 2000
        ) as v
    );
end
$$;
comment on function private.visible_documents(text, private.viewer, integer) is
'Returns the number of documents of visible items that hold a lexeme, 2,000 at most.';
revoke execute on function private.visible_documents(text, private.viewer, integer) from public;
grant execute on function private.visible_documents(text, private.viewer, integer) to anon, authenticated, service_role;
