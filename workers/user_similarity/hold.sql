-- Those of the items that are still there, which stay until the transaction ends.
select i.id
from public.items as i
where i.id = any(%(items)s::uuid[])
order by i.id
for key share
