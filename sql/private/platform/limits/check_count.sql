-- Helper. Refuses to count rows by an estimate: the planner estimates from all rows of a table, also those that the
-- caller may not read.
-- Raises 400 count_refused.
create or replace function private.check_count() returns void
language plpgsql stable set search_path = ''
as $$
begin
    if not private.is_service() and private.request_header('prefer') ~* 'count\s*=\s*"?(planned|estimated)' then
        perform private.refuse(
            400, 'count_refused', 'Rows are not counted by an estimate, which depends on rows of others.',
            'Send Prefer: count=exact.'
        );
    end if;
end
$$;
comment on function private.check_count() is 'Raise an error if the caller requests an estimated number of rows.';
revoke execute on function private.check_count() from public;
grant execute on function private.check_count() to anon, authenticated, service_role;
