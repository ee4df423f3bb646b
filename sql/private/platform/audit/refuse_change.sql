-- Trigger. Keeps a ledger append-only: raises 42501 on update, delete and truncate.
create or replace function private.refuse_change() returns trigger
language plpgsql set search_path = ''
as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = '42501';
end
$$;
comment on function private.refuse_change() is 'Trigger. Keeps a table append-only.';
revoke execute on function private.refuse_change() from public;
