-- Worker. Publishes the figures that enough accounts changed: up to `batch` of each of rating counts, event counts and
-- trends. Returns how many it published. Each call is one transaction: call it until it returns 0. Concurrent calls run
-- one after the other. The rules are the row of private.publication.
create or replace function private.publish_counts(batch integer default 500) returns integer
language plpgsql set search_path = ''
as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('publish_counts', 0));
    delete from private.pending_changes as c
    where not c.is_pending and c.changed_on < (now() at time zone 'UTC')::date;
    return private.publish_ratings(batch) + private.publish_interactions(batch) + private.publish_trends(batch);
end
$$;
comment on function private.publish_counts(integer) is
'Publishes the figures that enough accounts changed; returns how many.';
revoke execute on function private.publish_counts(integer) from public;
