select p.id, p.avatar_path, p.portrait_path
from public.profiles as p
where p.account_id = %(account_id)s::uuid
order by p.id
