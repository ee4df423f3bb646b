-- Trigger: trends follow new ratings, by a fifth of what was given, in the country of who gave it.
-- Definer: clients may not write trends.
create or replace function private.trend_ratings() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_country text := private.current_country();
begin
    perform private.store_trends(
        array_agg(c.item_id),
        array_agg(v_country),
        array_agg(private.trend_of(c.rating / 5.0, c.created_at))
    )
    from changed_rows as c;
    return null;
end
$$;
comment on function private.trend_ratings() is 'Trigger: adds new ratings to trends.';
revoke execute on function private.trend_ratings() from public;
