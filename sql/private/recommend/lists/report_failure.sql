-- Helper. Logs that a source of lists failed, and notifies the jobs worker, which counts failures (metric
-- cinefluent_list_failures_total). It works in the read-only transaction of a list. Values quoted in the message may be
-- personal and are removed: text in double quotes after a colon, and uuids.
create or replace function private.report_failure(source text, state text, message text) returns void
language plpgsql set search_path = ''
as $$
begin
    raise log 'the source % of a list failed: % %', source, state, left(
        regexp_replace(
            regexp_replace(message, ': ".*"', ': "…"', 'g'), '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', '…', 'gi'
        ),
        300
    );
    if not pg_is_in_recovery() then
        perform pg_notify('list_failures', source);
    end if;
end
$$;
comment on function private.report_failure(text, text, text) is 'Logs and counts that a source of lists failed.';
revoke execute on function private.report_failure(text, text, text) from public;
