-- Trigger: trends follow new interactions. A share says more than a view, a dislike or an undo nothing.
-- Definer: clients may not write trends.
create or replace function private.trend_interactions() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.store_trends(
        array_agg(c.item_id),
        array_agg(c.country),
        array_agg(private.trend_of(
            case
                when c.type in ('dislike', 'dismiss', 'undo') then 0
                when c.type in ('share', 'like', 'complete') then 1
                else 0.3
            end,
            c.occurred_at
        ))
    )
    from changed_rows as c;
    return null;
end
$$;
comment on function private.trend_interactions() is 'Trigger: adds new interactions to trends.';
revoke execute on function private.trend_interactions() from public;
