-- Helper. Returns whether a word is a known kind of item (public.kinds); true for null.
create or replace function private.is_kind(word text) returns boolean
language sql stable set search_path = ''
as $$
    select is_kind.word is null or exists (select from public.kinds as t where t.name = is_kind.word)
$$;
comment on function private.is_kind(text) is 'Whether a word is a known kind of item.';
revoke execute on function private.is_kind(text) from public;
grant execute on function private.is_kind(text) to anon, authenticated, service_role;
