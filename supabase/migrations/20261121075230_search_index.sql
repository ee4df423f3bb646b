-- What is in the catalogue already becomes searchable.
set lock_timeout = '10s';
select private.index_items(array(select i.id from public.items as i));
