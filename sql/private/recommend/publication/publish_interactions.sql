-- Helper. Publishes the event counts of up to `batch` items that enough accounts changed since their last publication;
-- returns the number of items. An account counts once per item, type and day. An item that fewer accounts interacted
-- with gets no count. private.publish_counts calls it.
create or replace function private.publish_interactions(batch integer) returns integer
language plpgsql set search_path = ''
as $$
declare
    v_rule private.publication := (select p from private.publication as p);
    v_items uuid[];
begin
    with due as materialized (
        select c.item_id
        from private.pending_changes as c
        where c.figure = 'interactions' and c.is_pending
        group by c.item_id
        having count(*) >= v_rule.min_accounts
        limit batch
    ), taken as (
        update private.pending_changes as c set is_pending = false
        where (c.item_id, c.figure, c.voter) in (
            select p.item_id, p.figure, p.voter
            from private.pending_changes as p
            join due as d on d.item_id = p.item_id
            where p.figure = 'interactions' and p.is_pending
            for update of p skip locked
        )
    ), events as (
        select distinct i.item_id, v.voter, i.type, (i.received_at at time zone 'UTC')::date as day
        from due as d
        join public.interactions as i on i.item_id = d.item_id
        join private.counted_raters as v on v.rater_id = i.rater_id
    ), counted as (
        select e.item_id, count(*) as events
        from events as e
        group by e.item_id
        having count(distinct e.voter) >= v_rule.min_accounts
    ), written as (
        insert into public.item_stats as s (item_id, kind, interaction_count)
        select i.id, i.kind, coalesce(private.stochastic_round(c.events, v_rule.count_step), 0)
        from due as d
        join public.items as i on i.id = d.item_id
        left join counted as c on c.item_id = d.item_id
        order by i.id
        on conflict (item_id) do update set interaction_count = excluded.interaction_count
        returning s.item_id
    )
    select array_agg(w.item_id) into v_items from written as w;
    delete from public.item_stats as s
    where s.item_id = any(v_items) and s.rating_count = 0 and s.interaction_count = 0;
    return coalesce(cardinality(v_items), 0);
end
$$;
comment on function private.publish_interactions(integer) is
'Publishes the event counts of items that enough accounts changed.';
revoke execute on function private.publish_interactions(integer) from public;
