-- Publish what enough accounts changed: up to `batch` of each of the counts of ratings, the counts of events and the
-- trends. Returns how many were published. Each call is a transaction of its own: call it until it returns zero. Two
-- calls at the same time wait for each other. The rules are in private.publication.
-- For workers only.
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
comment on function private.publish_counts(integer) is 'Publish the figures that enough accounts changed.';
revoke execute on function private.publish_counts(integer) from public;
