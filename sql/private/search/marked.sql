-- Text as HTML: escaped, the words looked for in mark elements; of a long one the part that has most of them.
create or replace function private.marked(stemmer text, text text, lexemes tsquery, is_whole boolean) returns text
language sql stable set search_path = ''
as $$
    select ts_headline(
        ('private.' || stemmer)::regconfig,
        replace(replace(replace(replace(text, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'),
        lexemes,
        'StartSel=<mark>, StopSel=</mark>, MinWords=15, MaxWords=35, HighlightAll=' || is_whole
    )
$$;
comment on function private.marked(text, text, tsquery, boolean) is 'Text as HTML, the words looked for marked.';
revoke execute on function private.marked(text, text, tsquery, boolean) from public;
grant execute on function private.marked(text, text, tsquery, boolean) to anon, authenticated, service_role;
