-- Maps each counted rater to the voter it counts as in published figures: its account, so that the profiles of one
-- account count once; the rater itself if it has no account (imported ratings, deleted profiles). Raters of anonymous
-- users are not counted.
create or replace view private.counted_raters with (security_invoker = true) as
select
    r.id as rater_id,
    coalesce(p.account_id, r.id) as voter
from public.raters as r
left join public.profiles as p on r.profile_id = p.id
where r.is_counted;
comment on view private.counted_raters is
'Maps each counted rater to its voter in published figures: its account, or the rater itself.';
