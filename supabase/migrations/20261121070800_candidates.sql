-- What lists for people of whom little is known are chosen from.

set lock_timeout = '10s';

create type private.candidate as (item_id uuid, tier integer, weight double precision, genres bigint);
comment on type private.candidate is
'An item that a list may hold: its tier (the lowest first), its weight (the highest first), its genres (a bit each).';

alter table public.item_stats add column rating_square_sum double precision not null default 0;
comment on column public.item_stats.rating_square_sum is
'The sum of their squares: with the others it tells how far people disagree.';
update public.item_stats as s set rating_square_sum = r.rating_square_sum
from (
    select
        r.item_id,
        sum(power(r.rating, 2)) as rating_square_sum
    from public.ratings as r
    group by r.item_id
) as r
where r.item_id = s.item_id;
