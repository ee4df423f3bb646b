-- Trigger: what is written in a ledger stays. Raises 42501 for an update, a delete and a truncate.
create or replace function private.refuse_change() returns trigger
language plpgsql set search_path = ''
as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = '42501';
end
$$;
comment on function private.refuse_change() is 'Trigger: refuses to change what is append-only.';
revoke execute on function private.refuse_change() from public;
