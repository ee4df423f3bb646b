select d.account_id
from public.account_deletions as d
where d.due_at <= now()
order by d.due_at
