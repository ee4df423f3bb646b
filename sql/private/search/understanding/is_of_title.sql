-- Helper. Returns whether words are a title or consecutive words of one, from one of its first eight words on. For a
-- viewer with an age limit, hidden titles do not count.
create or replace function private.is_of_title(words text, viewer private.viewer) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return exists (
        select from private.search_names as n where n.start = words and n.field <> 'author' and private.is_visible_name(n, viewer)
    )
    or exists (
        select
        from private.search_names as n
        where
            n.start >= words || ' ' and n.start < words || '!' and n.field <> 'author'
            and private.is_visible_name(n, viewer)
    )
    or exists (
        select
        from private.search_names as n
        where
            n.is_whole and n.field <> 'author' and replace(n.start, ' ', '') = any(private.joined_names(words))
            and private.is_visible_name(n, viewer)
    );
end
$$;
comment on function private.is_of_title(text, private.viewer) is
'Returns whether words are a title or consecutive words of one.';
revoke execute on function private.is_of_title(text, private.viewer) from public;
grant execute on function private.is_of_title(text, private.viewer) to anon, authenticated, service_role;
