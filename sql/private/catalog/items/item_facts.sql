-- The columns of content and books that items copies, so that lists need no join.
create or replace view private.item_facts with (security_invoker = true) as
select
    c.id as item_id,
    c.original_language as language,
    c.maturity_rating
from public.content as c
union all
select
    b.id as item_id,
    b.language,
    null as maturity_rating
from public.books as b;
comment on view private.item_facts is 'The columns of content and books that items copies.';
