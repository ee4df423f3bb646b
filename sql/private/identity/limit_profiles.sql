-- Trigger: an account has as many profiles as its tier's limit says, also when two are made at the same instant. The
-- first one is the default. Raises PT409 for one too many.
-- Definer: it locks the account's row, which clients may not, and counts whatever they may read.
create or replace function private.limit_profiles() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_count integer;
    v_limit integer;
begin
    if new.account_id is distinct from private.caller_id() and not private.is_service() then
        -- Another's: its policy refuses the row, and nothing of that account is told before.
        return new;
    end if;
    -- Whoever else adds or deletes one is waited for; the count, a statement of its own, sees what they did.
    perform from public.accounts as a where a.id = new.account_id for no key update;
    select count(*) into v_count from public.profiles as p where p.account_id = new.account_id;
    select l.value into v_limit
    from public.tier_limits as l
    where l.tier = private.tier_of(new.account_id) and l.name = 'profiles';
    if v_count >= v_limit then
        raise exception 'an account has up to % profiles', v_limit
            using errcode = 'PT409', detail = jsonb_build_object('limit', v_limit)::text,
            hint = 'Delete one that is no longer needed.';
    end if;
    new.is_default := new.is_default or v_count = 0;
    return new;
end
$$;
comment on function private.limit_profiles() is 'Trigger: refuses a profile too many.';
revoke execute on function private.limit_profiles() from public;
