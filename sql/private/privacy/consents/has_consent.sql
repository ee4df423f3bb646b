-- Helper. Returns whether the account consents to the purpose: the latest row of consents decides; without one, false.
-- Never raises. Called by definer functions only.
create or replace function private.has_consent(account_id uuid, purpose text) returns boolean
language sql stable set search_path = ''
as $$
    select coalesce(
        (
            select c.is_granted
            from public.consents as c
            where c.account_id = has_consent.account_id and c.purpose = has_consent.purpose
            order by c.id desc
            limit 1
        ),
        false
    )
$$;
comment on function private.has_consent(uuid, text) is 'Whether an account consents to a purpose.';
revoke execute on function private.has_consent(uuid, text) from public;
