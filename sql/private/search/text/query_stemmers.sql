-- Helper. Returns the text search configurations to parse a query with: those of the indexed documents, and, because
-- translated overviews are stemmed in their own language, the one of the query's script, or the one that recognises
-- more of its words as stop words than English.
create or replace function private.query_stemmers(words text) returns setof text
language plpgsql stable rows 4 set search_path = ''
as $$
begin
    return query
    select s.stemmer from private.stemmers() as s (stemmer)
    union
    select n.stemmer
    from (
        values
        ('hindi', '[\u0900-\u097f]'), ('tamil', '[\u0b80-\u0bff]'), ('russian', '[\u0400-\u04ff]'), ('arabic', '[\u0600-\u06ff]')
    ) as n (stemmer, script)
    where words ~ n.script
    union
    select f.stemmer
    from (
        select s.stemmer
        from unnest(array['french', 'german', 'spanish', 'italian', 'portuguese']) as s (stemmer)
        where
            words ~ ' '
            and length(to_tsvector(('private.' || s.stemmer)::regconfig, words))
            < length(to_tsvector('private.english'::regconfig, words))
        order by length(to_tsvector(('private.' || s.stemmer)::regconfig, words)), s.stemmer
        limit 1
    ) as f;
end
$$;
comment on function private.query_stemmers(text) is 'Returns the text search configurations to parse a query with.';
revoke execute on function private.query_stemmers(text) from public;
grant execute on function private.query_stemmers(text) to anon, authenticated, service_role;
