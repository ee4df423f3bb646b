-- Helper. Returns the minimum age of a maturity rating, from public.maturity_ratings; null if it is unrated.
create or replace function private.minimum_age(maturity_rating text) returns smallint
language sql stable set search_path = ''
as $$
    select r.minimum_age from public.maturity_ratings as r where r.name = minimum_age.maturity_rating
$$;
comment on function private.minimum_age(text) is 'The minimum age of a maturity rating.';
revoke execute on function private.minimum_age(text) from public;
grant execute on function private.minimum_age(text) to anon, authenticated, service_role;
