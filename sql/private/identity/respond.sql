-- A refusal that keeps what the transaction wrote: the body of an error, its status set for the REST server, which
-- commits. To raise is the rule (private.refuse); this is for what must count, as wrong tries do.
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
'A refusal that keeps what the transaction wrote.';
revoke execute on function private.respond(integer, text, text, jsonb, integer) from public;
