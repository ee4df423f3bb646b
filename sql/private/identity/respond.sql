-- Helper. Returns an error body and sets the response's HTTP status, without raising: the transaction is committed and
-- keeps its writes, such as counted attempts. Other errors are raised (private.refuse).
create or replace function private.respond(
    status integer, code text, message text, details jsonb default null, retry_after integer default null
)
returns jsonb
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
    return jsonb_build_object('code', code, 'message', message, 'details', details::text, 'hint', null);
end
$$;
comment on function private.respond(integer, text, text, jsonb, integer) is
'An error response that keeps the transaction''s writes.';
revoke execute on function private.respond(integer, text, text, jsonb, integer) from public;
