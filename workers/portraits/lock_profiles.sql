select p.id
from public.profiles as p
join public.raters as r on r.profile_id = p.id
where p.account_id = %(account_id)s::uuid
order by r.id
for key share of r
