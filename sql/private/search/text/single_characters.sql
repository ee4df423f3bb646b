-- Helper. Returns the Chinese, Japanese and Korean characters of a name, so that a query of one character finds it.
create or replace function private.single_characters(name text) returns setof text
language sql immutable rows 10 set search_path = ''
as $$
    select distinct c.found[1]
    from regexp_matches(normalize(name, nfkc), '[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]', 'g') as c (found)
$$;
comment on function private.single_characters(text) is
'Returns the Chinese, Japanese and Korean characters of a name.';
revoke execute on function private.single_characters(text) from public;
grant execute on function private.single_characters(text) to service_role;
