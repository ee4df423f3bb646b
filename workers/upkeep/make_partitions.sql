select private.make_partitions()
