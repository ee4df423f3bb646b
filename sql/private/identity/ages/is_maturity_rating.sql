-- Helper. Returns whether a word is a known maturity rating (public.maturity_ratings); true for null. Triggers use
-- it in their WHEN.
create or replace function private.is_maturity_rating(word text) returns boolean
language sql stable set search_path = ''
as $$
    select is_maturity_rating.word is null or exists (select from public.maturity_ratings as t where t.name = is_maturity_rating.word)
$$;
comment on function private.is_maturity_rating(text) is 'Whether a word is a known maturity rating.';
revoke execute on function private.is_maturity_rating(text) from public;
grant execute on function private.is_maturity_rating(text) to authenticated, service_role;
