-- Helper. Returns the text search configuration for a text that is in the item's language or in English, in which much
-- of the catalogue is written: the one of both that leaves fewer words, since it recognises more of them as stop words.
create or replace function private.stemmer_of(language text, text text) returns text
language sql stable set search_path = ''
as $$
    select s.name
    from (values (private.stemmer_for(language), 1), ('english', 2)) as s (name, place)
    order by length(to_tsvector(('private.' || s.name)::regconfig, text)), s.place
    limit 1
$$;
comment on function private.stemmer_of(text, text) is 'Returns the text search configuration that fits a text.';
revoke execute on function private.stemmer_of(text, text) from public;
