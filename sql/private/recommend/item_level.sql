-- An item's mean rating, drawn to the mean of all by as much as five ratings would. Of fewer than five ratings nothing
-- is derived: such an item has the mean of all.
create or replace function private.item_level(
    rating_sum double precision, rating_count integer, rating_level double precision
) returns double precision
language sql immutable set search_path = ''
as $$
    select case
        when rating_count < 5 then rating_level
        else (rating_sum + 5 * rating_level) / (rating_count + 5)
    end
$$;
comment on function private.item_level(double precision, integer, double precision) is
'An item''s mean rating, drawn to the mean of all.';
revoke execute on function private.item_level(double precision, integer, double precision) from public;
grant execute on function private.item_level(double precision, integer, double precision) to service_role;
