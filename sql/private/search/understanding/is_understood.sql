-- Helper. Returns whether a mark may be understood: neither ignored nor decided by a filter of the caller.
create or replace function private.is_understood(mark text, filters private.search_filters, ignored text[])
returns boolean
language sql immutable set search_path = ''
as $$
    select case split_part(mark, ':', 1)
        when 'genre' then filters.genre is null and not 'genres' = any(ignored)
        when 'keyword' then not 'keywords' = any(ignored)
        when 'language' then filters.language is null and not 'languages' = any(ignored)
        when 'country' then filters.language is null and not 'countries' = any(ignored)
        when 'kind' then filters.kind is null and not 'kinds' = any(ignored)
    end
$$;
comment on function private.is_understood(text, private.search_filters, text[]) is
'Returns whether a mark may be understood.';
revoke execute on function private.is_understood(text, private.search_filters, text[]) from public;
grant execute on function private.is_understood(text, private.search_filters, text[])
to anon, authenticated, service_role;
