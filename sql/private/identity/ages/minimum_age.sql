-- Helper. Returns the minimum age of a maturity rating: 0, 8, 13, 17 or 18; null if it is unrated.
create or replace function private.minimum_age(maturity_rating text) returns smallint
language sql immutable set search_path = ''
as $$
    select case maturity_rating
        when 'G' then 0
        when 'PG' then 8
        when 'PG-13' then 13
        when 'R' then 17
        when 'NC-17' then 18
    end::smallint
$$;
comment on function private.minimum_age(text) is 'The minimum age of a maturity rating.';
revoke execute on function private.minimum_age(text) from public;
grant execute on function private.minimum_age(text) to anon, authenticated, service_role;
