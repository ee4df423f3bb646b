-- Those of the items that are still there, which stay until the transaction ends. One that is being deleted is left
-- out rather than waited for: whoever deletes many holds them in no order, and may wait for one of ours.
select i.id
from public.items as i
where i.id = any(%(items)s)
order by i.id
for key share skip locked
