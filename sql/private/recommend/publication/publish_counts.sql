-- Worker. Publishes the figures that enough accounts changed: up to `batch` of each of rating counts, event counts and
-- trends. Returns how many it published. Each call is one transaction: call it until it returns 0. Concurrent calls run
-- one after the other. The rules are the row of private.publication. The call that publishes nothing counts the
-- features of the catalogue, at most once a day (private.count_features).
create or replace function private.publish_counts(batch integer default 500) returns integer
language plpgsql set search_path = ''
as $$
declare
    v_published integer;
begin
    perform pg_advisory_xact_lock(hashtextextended('publish_counts', 0));
    delete from private.pending_changes as c
    where not c.is_pending and c.changed_on < (now() at time zone 'UTC')::date;
    v_published := private.publish_ratings(batch) + private.publish_interactions(batch) + private.publish_trends(batch);
    if v_published = 0 then
        perform private.count_features();
    end if;
    return v_published;
end
$$;
comment on function private.publish_counts(integer) is
'Publishes the figures that enough accounts changed; returns how many.';
revoke execute on function private.publish_counts(integer) from public;
