-- Helper. Returns the compounds of names without the punctuation that joins them: "Spider-Man", "S.W.A.T." and "WALL·E"
-- as "SpiderMan", "SWAT" and "WALLE". Empty if there are none.
create or replace function private.joined_compounds(names text) returns text
language sql immutable set search_path = ''
as $$
    select coalesce(string_agg(regexp_replace(c.found[1], '[-.·’'']', '', 'g'), ' '), '')
    from regexp_matches(names, '([[:alnum:]]+(?:[-.·’''][[:alnum:]]+)+)', 'g') as c (found)
$$;
comment on function private.joined_compounds(text) is 'Returns the compounds of names without punctuation.';
revoke execute on function private.joined_compounds(text) from public;
grant execute on function private.joined_compounds(text) to service_role;
