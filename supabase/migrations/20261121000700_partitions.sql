-- The first months' tables; a worker makes the next ones.
select private.make_partitions();
