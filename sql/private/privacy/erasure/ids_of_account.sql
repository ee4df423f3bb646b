-- Helper. Returns the ids by which jobs refer to an account: its own, those of its profiles and of their raters. Called
-- by definer functions only.
create or replace function private.ids_of_account(account_id uuid) returns uuid[]
language sql stable set search_path = ''
as $$
    select array[ids_of_account.account_id] || array(
        select i.id
        from public.profiles as p
        left join public.raters as r on r.profile_id = p.id
        cross join lateral (values (p.id), (r.id)) as i (id)
        where p.account_id = ids_of_account.account_id and i.id is not null
    )
$$;
comment on function private.ids_of_account(uuid) is 'The ids by which jobs refer to an account.';
revoke execute on function private.ids_of_account(uuid) from public;
