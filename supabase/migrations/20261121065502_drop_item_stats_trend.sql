-- item_trends has what this column had; its indexes go with it.

set lock_timeout = '10s';

-- squawk-ignore ban-drop-column
alter table public.item_stats drop column trend;
