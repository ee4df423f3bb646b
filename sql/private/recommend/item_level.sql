-- An item's mean rating, drawn to the mean of all by as much as five ratings would.
create or replace function private.item_level(
    rating_sum double precision, rating_count integer, rating_level double precision
) returns double precision
language sql immutable set search_path = ''
as $$
    select (rating_sum + 5 * rating_level) / (rating_count + 5)
$$;
comment on function private.item_level(double precision, integer, double precision) is
'An item''s mean rating, drawn to the mean of all.';
revoke execute on function private.item_level(double precision, integer, double precision) from public;
grant execute on function private.item_level(double precision, integer, double precision) to service_role;
