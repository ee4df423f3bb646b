-- Helper. Returns the text search configurations in use: those of the indexed documents, read by skipping through an
-- index (loose index scan), and always simple and english.
create or replace function private.stemmers() returns setof text
language plpgsql stable rows 4 set search_path = ''
as $$
begin
    return query
    with recursive used (stemmer) as (
        select min(d.stemmer) from private.search_documents as d
        union all
        select (select min(d.stemmer) from private.search_documents as d where d.stemmer > u.stemmer)
        from used as u
        where u.stemmer is not null
    )
    select u.stemmer from used as u where u.stemmer is not null
    union
    values ('simple'), ('english');
end
$$;
comment on function private.stemmers() is 'Returns the text search configurations that queries are parsed with.';
revoke execute on function private.stemmers() from public;
grant execute on function private.stemmers() to anon, authenticated, service_role;
