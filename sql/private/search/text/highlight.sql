-- Helper. Returns a text as HTML: escaped, with the matching words in mark elements. A long text is cut to the passage
-- with most matches, unless is_whole is true.
create or replace function private.highlight(stemmer text, text text, lexemes tsquery, is_whole boolean) returns text
language sql stable set search_path = ''
as $$
    select ts_headline(
        ('private.' || stemmer)::regconfig,
        replace(replace(replace(replace(text, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'),
        lexemes,
        'StartSel=<mark>, StopSel=</mark>, MinWords=15, MaxWords=35, HighlightAll=' || is_whole
    )
$$;
comment on function private.highlight(text, text, tsquery, boolean) is
'Returns a text as HTML with the matching words highlighted.';
revoke execute on function private.highlight(text, text, tsquery, boolean) from public;
grant execute on function private.highlight(text, text, tsquery, boolean) to anon, authenticated, service_role;
