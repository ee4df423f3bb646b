-- Trigger: item_stats follows new interactions.
-- Definer: clients may not write counts.
create or replace function private.count_interactions() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into public.item_stats as s (item_id, kind, interaction_count)
    select i.id, i.kind, count(*)
    from changed_rows as c
    join public.items as i on i.id = c.item_id
    group by i.id, i.kind
    order by i.id
    on conflict (item_id) do update set
        interaction_count = s.interaction_count + excluded.interaction_count;
    return null;
end
$$;
comment on function private.count_interactions() is 'Trigger: keeps the counts of item_stats.';
revoke execute on function private.count_interactions() from public;
