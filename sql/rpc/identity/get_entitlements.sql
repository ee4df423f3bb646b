-- Reads the tier of the caller's account and the limits of this tier.
-- Returns tier (free or premium, by the current subscription), expires_at (null for free), limits (an object: profiles,
-- streams, devices, downloads, download_days, ai_questions_per_day; a key that is missing is not limited).
-- Raises nothing.
-- Roles: authenticated.
-- Example: rpc/get_entitlements {}
-- Example response: {"tier": "free", "expires_at": null, "limits": {"streams": 1, "profiles": 5, "downloads": 0,
-- "ai_questions_per_day": 10}}
create or replace function public.get_entitlements() returns public.entitlements
language sql stable set search_path = ''
as $$
    select
        now_has.tier,
        s.current_period_end,
        coalesce(
            (select jsonb_object_agg(l.name, l.value) from public.tier_limits as l where l.tier = now_has.tier),
            '{}'
        )
    from (select private.tier_of(auth.uid()) as tier) as now_has
    left join public.subscriptions as s on s.account_id = auth.uid() and s.tier = now_has.tier
$$;
comment on function public.get_entitlements() is 'Reads the tier of the caller''s account and its limits.';
revoke execute on function public.get_entitlements() from public, service_role;
grant execute on function public.get_entitlements() to authenticated;
