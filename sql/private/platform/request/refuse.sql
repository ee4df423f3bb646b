-- Helper. Raises an error with an HTTP status, a code of this API and headers, in PostgREST's JSON form (SQLSTATE
-- PGRST).
create or replace function private.refuse(
    status integer, code text, message text, hint text default null, headers jsonb default '{}'
)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
    raise sqlstate 'PGRST' using
        message = jsonb_build_object('code', code, 'message', message, 'details', null, 'hint', hint)::text,
        detail = jsonb_build_object('status', status, 'headers', headers)::text;
end
$$;
comment on function private.refuse(integer, text, text, text, jsonb) is
'Raise an error with an HTTP status and a code.';
revoke execute on function private.refuse(integer, text, text, text, jsonb) from public;
grant execute on function private.refuse(integer, text, text, text, jsonb) to anon, authenticated, service_role;
