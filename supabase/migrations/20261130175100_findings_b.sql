-- Pending changes have no retention: a row waits until enough accounts changed its figure, however long that takes.
-- private.publish_counts deletes the rows that no longer wait.

set lock_timeout = '10s';

update private.data_inventory set retention = null, retention_column = null
where (schema_name, table_name) = ('private', 'pending_changes');
