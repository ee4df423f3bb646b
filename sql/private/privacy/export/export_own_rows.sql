-- Helper. Returns all rows that belong to the caller, as private.rows_of_account. Raises 42501 without an account, 403
-- kids_mode.
-- Definer: some of the rows, such as roles and sessions, are in tables that no client may read.
create or replace function private.export_own_rows() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return private.rows_of_account(private.check_account());
end
$$;
comment on function private.export_own_rows() is 'All rows that belong to the caller.';
revoke execute on function private.export_own_rows() from public;
grant execute on function private.export_own_rows() to authenticated;
