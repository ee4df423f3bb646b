-- Helper. Returns whether a word is a known tier (public.tiers); true for null.
create or replace function private.is_tier(word text) returns boolean
language sql stable set search_path = ''
as $$
    select is_tier.word is null or exists (select from public.tiers as t where t.name = is_tier.word)
$$;
comment on function private.is_tier(text) is 'Whether a word is a known tier.';
revoke execute on function private.is_tier(text) from public;
grant execute on function private.is_tier(text) to anon, authenticated, service_role;
