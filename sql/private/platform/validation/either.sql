-- Helper. Returns words as a sentence lists them: `a`, `a or b`, `a, b or c`; null for none.
create or replace function private.either(words text[]) returns text
language sql immutable set search_path = ''
as $$
    select concat_ws(' or ', nullif(array_to_string(words[:cardinality(words) - 1], ', '), ''), words[cardinality(words)])
$$;
comment on function private.either(text[]) is 'Words as a sentence lists them: a, b or c.';
revoke execute on function private.either(text[]) from public;
grant execute on function private.either(text[]) to anon, authenticated, service_role;
