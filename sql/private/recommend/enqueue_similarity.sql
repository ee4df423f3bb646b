-- Trigger: a rater whose ratings changed gets its neighbours stored anew, soon. Lists do not wait for it:
-- private.neighbours computes what is not stored. Bulk loads, and what other triggers change, are left to the periodic
-- refresh.
-- Definer: clients may not put jobs into the queue themselves.
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
comment on function private.enqueue_similarity() is 'Trigger: puts raters whose ratings changed into the queue.';
revoke execute on function private.enqueue_similarity() from public;
