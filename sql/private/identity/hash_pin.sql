-- The digest of a PIN: SHA-256, salted, as many rounds as the row says, since no extension that every Supabase has
-- offers a slow hash. So few digits are guarded by the limit of tries (private.try_pin); the digest keeps them out of
-- backups.
create or replace function private.hash_pin(pin text, salt bytea, rounds integer) returns bytea
language plpgsql immutable set search_path = ''
as $$
declare
    v_key bytea := salt || convert_to(pin, 'UTF8');
    v_digest bytea := sha256(v_key);
begin
    for v_round in 2 .. rounds loop
        v_digest := sha256(v_digest || v_key);
    end loop;
    return v_digest;
end
$$;
comment on function private.hash_pin(text, bytea, integer) is 'The digest of a PIN.';
revoke execute on function private.hash_pin(text, bytea, integer) from public;
