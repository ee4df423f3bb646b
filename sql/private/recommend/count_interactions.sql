-- Trigger: item_stats follows new interactions. A share says more than a view, a dislike nothing for a trend.
-- Definer: clients may not write counts.
create or replace function private.count_interactions() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into public.item_stats as s (item_id, kind, interaction_count, trend)
    select
        i.id,
        i.kind,
        count(*),
        private.sum_trends(private.trend_of(
            case
                when c.type in ('dislike', 'dismiss') then 0
                when c.type in ('share', 'like', 'complete') then 1
                else 0.3
            end,
            c.occurred_at
        ))
    from changed_rows as c
    join public.items as i on i.id = c.item_id
    group by i.id, i.kind
    order by i.id
    on conflict (item_id) do update set
        interaction_count = s.interaction_count + excluded.interaction_count,
        trend = private.add_trends(s.trend, excluded.trend);
    return null;
end
$$;
comment on function private.count_interactions() is 'Trigger: keeps the counts of item_stats.';
revoke execute on function private.count_interactions() from public;
