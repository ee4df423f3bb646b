-- Exports all data stored about the caller: every row that belongs to the account, its profiles and their raters, and
-- the sign-in data without secrets.
-- Columns that identify other people are left out. The time limit of this call is 20 s, if the REST server applies a
-- function's own limit (PostgREST does).
-- Returns an object of table → list of rows; a table without rows of the caller has an empty list.
-- Raises 42501 without an account, kids_mode while a kids profile acts.
-- Roles: authenticated.
-- Example: rpc/export_my_data {}
-- Example response: {"accounts": [{"id": "5d3c…", "email": "ann@example.com", "country": null}], "ratings":
-- [{"rating": 4.5, "item_id": "267c…", "rater_id": "eb85…"}, …], "consents": [], "auth.sessions": [{"aal": "aal1",
-- "ip": "127.0.0.1"}]}
create or replace function public.export_my_data() returns jsonb
language plpgsql stable set search_path = '' set statement_timeout = '20s'
as $$
begin
    return private.export_own_rows();
end
$$;
comment on function public.export_my_data() is 'Exports all data stored about the caller.';
revoke execute on function public.export_my_data() from public, service_role;
grant execute on function public.export_my_data() to authenticated;
