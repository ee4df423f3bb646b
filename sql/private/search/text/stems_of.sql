-- Helper. Returns the lexemes of words of a query by every stemmer that it is parsed with.
create or replace function private.stems_of(words text) returns text[]
language plpgsql stable set search_path = ''
as $$
begin
    if words = '' then
        return '{}';
    end if;
    return array(
        select distinct l.lexeme
        from private.query_stemmers(words) as s (stemmer)
        cross join lateral private.lexemes(s.stemmer, words) as l
    );
end
$$;
comment on function private.stems_of(text) is
'Returns the lexemes of words by every stemmer that a query is parsed with.';
revoke execute on function private.stems_of(text) from public;
grant execute on function private.stems_of(text) to anon, authenticated, service_role;
