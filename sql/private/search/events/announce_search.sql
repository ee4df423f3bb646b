-- Helper. Announces the first page of a search on the channel query_events; the jobs worker writes it to
-- public.query_events. A search is a read, and its transaction may write no row, but it may notify. Returns the id of
-- the search; null if it is not announced: where private.can_notify is false, and after an error, because no search
-- fails by it.
-- A notification gives its transaction an id, and its commit holds a lock that commits of other notifications wait for:
-- a commit that only notifies therefore does not wait for the disk.
--   filters       the filters that were sent
--   understood    what was understood of the query, as search_content returns it; null if nothing was to be understood
--   results       the first page, as search_content returns it
--   with_meaning  whether the search had an embedding
create or replace function private.announce_search(
    query text, filters jsonb, sort text, understood jsonb, total integer, results jsonb, with_meaning boolean
)
returns uuid
language plpgsql set search_path = ''
as $$
declare
    v_id uuid := gen_random_uuid();
begin
    if not private.can_notify() then
        return null;
    end if;
    if current_setting('transaction_read_only')::boolean then
        perform set_config('synchronous_commit', 'off', true);
    end if;
    perform pg_notify('query_events', jsonb_build_object(
        'id', v_id,
        'account_id', private.measured_account(),
        'query', left(btrim(regexp_replace(coalesce(query, ''), '\s+', ' ', 'g')), 200),
        'filters', jsonb_strip_nulls(filters),
        'sort', sort,
        'understood', private.understood_parts(understood),
        'total', total,
        'item_ids', jsonb_path_query_array(results, '$[0 to 9].id'),
        'with_meaning', with_meaning,
        'searched_at', clock_timestamp()
    )::text);
    return v_id;
exception when others then
    raise log 'a search was not announced: %', sqlstate;
    return null;
end
$$;
comment on function private.announce_search(text, jsonb, text, jsonb, integer, jsonb, boolean) is
'Announces a search to the worker that records it; returns its id.';
revoke execute on function private.announce_search(text, jsonb, text, jsonb, integer, jsonb, boolean) from public;
grant execute on function private.announce_search(text, jsonb, text, jsonb, integer, jsonb, boolean)
to anon, authenticated, service_role;
