-- All that is stored about the caller: every row of every table that belongs to the account, its profiles and their
-- pseudonyms, and what sign-in keeps, without secrets. Columns that name other people are left out.
-- It may take longer than other calls: 20 s, where the REST server takes a function's time (PostgREST does).
-- Returns an object, table → list of rows; tables that have no row of the caller's are there with an empty list.
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
comment on function public.export_my_data() is 'All that is stored about the caller.';
revoke execute on function public.export_my_data() from public, service_role;
grant execute on function public.export_my_data() to authenticated;
