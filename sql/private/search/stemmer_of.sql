-- The text search configuration for a text that may be in a language or in English, the catalogue's own: the one
-- that knows more of its words as stop words.
create or replace function private.stemmer_of(language text, text text) returns text
language sql stable set search_path = ''
as $$
    select s.name
    from (values (private.stemmer_for(language), 1), ('english', 2)) as s (name, place)
    order by length(to_tsvector(('private.' || s.name)::regconfig, text)), s.place
    limit 1
$$;
comment on function private.stemmer_of(text, text) is 'The text search configuration that fits a text.';
revoke execute on function private.stemmer_of(text, text) from public;
