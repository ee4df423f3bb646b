-- Helper. Raises 403 kids_mode while a kids profile acts: a child may not change the account, its profiles or kids
-- mode.
create or replace function private.check_not_kids() returns void
language plpgsql stable set search_path = ''
as $$
begin
    if private.is_kids_acting() then
        perform private.refuse(
            403, 'kids_mode', 'A kids profile is acting: this requires an adult.',
            'Call leave_kids_mode with the PIN of the account, or act as another profile.'
        );
    end if;
end
$$;
comment on function private.check_not_kids() is 'Raise an error while a kids profile acts.';
revoke execute on function private.check_not_kids() from public;
grant execute on function private.check_not_kids() to anon, authenticated, service_role;
