-- Helper. Returns whether the viewer may see an item with one of the lexemes in its texts.
create or replace function private.has_visible_word(lexemes text[], viewer private.viewer) returns boolean
language plpgsql stable set search_path = '' set plan_cache_mode = force_custom_plan
as $$
begin
    return exists (
        select
        from private.search_postings as p
        join private.search_documents as d on d.document = p.document
        join public.items as i on i.id = d.item_id
        where p.lexeme = any(lexemes) and private.is_available(i, viewer)
    );
end
$$;
comment on function private.has_visible_word(text[], private.viewer) is
'Returns whether the viewer may see an item with one of the lexemes in its texts.';
revoke execute on function private.has_visible_word(text[], private.viewer) from public;
grant execute on function private.has_visible_word(text[], private.viewer) to anon, authenticated, service_role;
