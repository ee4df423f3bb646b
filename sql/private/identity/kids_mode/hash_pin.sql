-- Helper. Returns the salted SHA-256 digest of a PIN, repeated `rounds` times, because no extension that every Supabase
-- project has offers a slow hash. The digest keeps PINs out of backups; the limit of attempts in private.verify_pin
-- protects against guessing.
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
comment on function private.hash_pin(text, bytea, integer) is 'The salted digest of a PIN.';
revoke execute on function private.hash_pin(text, bytea, integer) from public;
