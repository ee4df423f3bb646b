-- Helper. Sets the HTTP status of the response, and Retry-After, without raising: the transaction is committed and
-- keeps its writes, such as counted attempts. Other errors are raised (private.refuse).
-- Use it only in functions that return void. PostgREST applies the client's `select` and filters to the result in the
-- same statement, so a cast or pattern that fails for some values only lets the client choose which writes are kept.
create or replace function private.set_response_status(status integer, retry_after integer default null) returns void
language plpgsql set search_path = ''
as $$
begin
    perform set_config('response.status', status::text, true);
    if retry_after is not null then
        perform set_config(
            'response.headers',
            (
                coalesce(nullif(current_setting('response.headers', true), ''), '[]')::jsonb
                || jsonb_build_array(jsonb_build_object('Retry-After', retry_after::text))
            )::text,
            true
        );
    end if;
end
$$;
comment on function private.set_response_status(integer, integer) is
'Set the response''s status and keep the transaction''s writes.';
revoke execute on function private.set_response_status(integer, integer) from public;
