-- Helper. Returns the highest minimum age of items that a profile sees: that of its maturity rating, for a kids profile
-- at most that of PG.
create or replace function private.profile_age(maturity_rating text, is_kids boolean) returns smallint
language sql stable set search_path = ''
as $$
    select least(
        private.minimum_age(profile_age.maturity_rating),
        case when profile_age.is_kids then private.minimum_age('PG') end
    )
$$;
comment on function private.profile_age(text, boolean) is 'The highest minimum age of items that a profile sees.';
revoke execute on function private.profile_age(text, boolean) from public;
grant execute on function private.profile_age(text, boolean) to anon, authenticated, service_role;
