-- Trigger. Refuses ratings beyond the quota of a profile, when private.count_ratings increases raters.rating_count.
-- Raters without a profile, such as imported ones, have no quota. Raises PT409.
-- Definer: clients may not read quotas.
create or replace function private.limit_ratings() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_quota bigint := private.quota_of(
        (select p.account_id from public.profiles as p where p.id = new.profile_id), 'ratings'
    );
begin
    if new.rating_count > v_quota then
        perform private.refuse_over_quota(v_quota, 'ratings', 'ratings a profile');
    end if;
    return new;
end
$$;
comment on function private.limit_ratings() is 'Trigger. Refuses ratings beyond the profile''s quota.';
revoke execute on function private.limit_ratings() from public;
