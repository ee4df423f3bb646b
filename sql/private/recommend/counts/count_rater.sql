-- Trigger. When raters.is_counted changes, adds the rater's ratings to the exact counts or subtracts them, and marks
-- the published figures of its items as changed.
-- Definer: clients may not write counts.
create or replace function private.count_rater() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_sign integer := case when new.is_counted then 1 else -1 end;
begin
    insert into private.item_counts as s (item_id, kind, rating_count, rating_sum, rating_square_sum)
    select i.id, i.kind, v_sign, v_sign * r.rating, v_sign * power(r.rating, 2)
    from public.ratings as r
    join public.items as i on i.id = r.item_id
    where r.rater_id = new.id
    order by i.id
    on conflict (item_id) do update set
        rating_count = s.rating_count + excluded.rating_count,
        rating_sum = s.rating_sum + excluded.rating_sum,
        rating_square_sum = s.rating_square_sum + excluded.rating_square_sum;
    perform private.note_changes(array_agg(r.item_id), array_agg(r.rater_id), array_agg(r.country), 'ratings')
    from public.ratings as r
    where r.rater_id = new.id;
    perform private.note_changes(array_agg(i.item_id), array_agg(i.rater_id), array_agg(i.country), 'interactions')
    from public.interactions as i
    where i.rater_id = new.id;
    return null;
end
$$;
comment on function private.count_rater() is
'Trigger: adds a rater''s ratings to the counts, or subtracts them, when is_counted changes.';
revoke execute on function private.count_rater() from public;
