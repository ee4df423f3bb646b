-- Helper. Returns whether the caller's session is in kids mode, its profile, whether the account has a PIN, how many
-- wrong PINs it may still try, and the seconds until the next attempt if none remains.
-- Definer: clients may read neither kids_sessions nor account_pins.
create or replace function private.read_kids_mode() returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'kids_mode', private.kids_profile_id() is not null,
        'profile_id', private.kids_profile_id(),
        'has_pin', p.account_id is not null,
        'tries_left', case when p.account_id is not null then t.tries_left end,
        'retry_after', t.retry_after
    )
    from (select) as one
    left join private.account_pins as p on p.account_id = private.caller_id()
    cross join lateral private.pin_tries(p.failed_at) as t
$$;
comment on function private.read_kids_mode() is 'Whether the caller''s session is in kids mode.';
revoke execute on function private.read_kids_mode() from public;
grant execute on function private.read_kids_mode() to authenticated;
