-- Helper. Returns whether the caller's session is in kids mode, its profile, and whether the account has a PIN.
-- Definer: clients may read neither kids_sessions nor account_pins.
create or replace function private.read_kids_mode() returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'kids_mode', private.kids_profile_id() is not null,
        'profile_id', private.kids_profile_id(),
        'has_pin', exists (select from private.account_pins as p where p.account_id = private.caller_id())
    )
$$;
comment on function private.read_kids_mode() is 'Whether the caller''s session is in kids mode.';
revoke execute on function private.read_kids_mode() from public;
grant execute on function private.read_kids_mode() to authenticated;
