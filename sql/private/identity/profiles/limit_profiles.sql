-- Trigger. Refuses a profile that would exceed the limit of the account's tier; concurrent inserts are counted exactly.
-- An account's first profile becomes its default. Raises PT409.
-- Definer: it locks the row of accounts, which clients may not, and counts all profiles of the account.
create or replace function private.limit_profiles() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_count integer;
    v_limit integer;
begin
    if new.account_id is distinct from private.caller_id() and not private.is_service() then
        -- Another user's account: the policy refuses the row, before this reveals anything about the account.
        return new;
    end if;
    -- Lock the account so that concurrent inserts and deletes run one by one; the count below sees their result.
    perform from public.accounts as a where a.id = new.account_id for no key update;
    select count(*) into v_count from public.profiles as p where p.account_id = new.account_id;
    select l.value into v_limit
    from public.tier_limits as l
    where l.tier = private.tier_of(new.account_id) and l.name = 'profiles';
    if v_count >= v_limit then
        raise exception 'an account may have up to % profiles', v_limit
            using errcode = 'PT409', detail = jsonb_build_object('limit', v_limit)::text,
            hint = 'Delete a profile first.';
    end if;
    new.is_default := new.is_default or v_count = 0;
    return new;
end
$$;
comment on function private.limit_profiles() is 'Trigger. Limits the profiles of an account.';
revoke execute on function private.limit_profiles() from public;
