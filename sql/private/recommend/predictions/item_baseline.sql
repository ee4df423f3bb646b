-- Helper. Returns an item's baseline: its mean rating, shrunk to the global baseline by the weight of five ratings. An
-- item with fewer than five ratings has the global baseline, so that single ratings cannot be derived from it.
create or replace function private.item_baseline(
    rating_sum double precision, rating_count integer, rating_level double precision
) returns double precision
language sql immutable set search_path = ''
as $$
    select case
        when rating_count < 5 then rating_level
        else (rating_sum + 5 * rating_level) / (rating_count + 5)
    end
$$;
comment on function private.item_baseline(double precision, integer, double precision) is
'Returns an item''s baseline: its mean rating, shrunk to the global baseline.';
revoke execute on function private.item_baseline(double precision, integer, double precision) from public;
grant execute on function private.item_baseline(double precision, integer, double precision) to service_role;
