-- For whom each rater's ratings and events count in published figures: its account, so that the profiles of one account
-- count once; itself where no account is known (imported, or of a deleted profile). Raters of anonymous users are left
-- out.
create or replace view private.counted_raters with (security_invoker = true) as
select
    r.id as rater_id,
    coalesce(p.account_id, r.id) as voter
from public.raters as r
left join public.profiles as p on r.profile_id = p.id
where r.is_counted;
comment on view private.counted_raters is 'For whom each rater counts in published figures: its account, else itself.';
