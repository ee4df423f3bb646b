-- Trigger. Queues a refresh of the stored neighbours of each rater whose ratings changed. Lists do not wait for it:
-- private.neighbours computes neighbours if the stored ones are out of date. Statements that change the ratings of more
-- than ten raters, and changes by other triggers, are left to the periodic refresh.
-- Definer: clients may not add jobs to the queue.
create or replace function private.enqueue_similarity() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_raters uuid[];
begin
    if pg_trigger_depth() > 1 then
        return null;
    end if;
    select array_agg(distinct c.rater_id) into v_raters from changed_rows as c;
    if cardinality(v_raters) <= 10 then
        perform private.enqueue(
            'recommend', 'refresh_user_similarity', jsonb_build_object('rater_id', r), 'refresh_user_similarity:' || r
        )
        from unnest(v_raters) as r;
    end if;
    return null;
exception when others then
    raise warning 'a refresh of similarities could not be put into the queue: %', sqlerrm;
    return null;
end
$$;
comment on function private.enqueue_similarity() is
'Trigger: queues a refresh of the neighbours of raters whose ratings changed.';
revoke execute on function private.enqueue_similarity() from public;
