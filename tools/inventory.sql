-- The record of stored data, one row a table: tables with personal data first.

select
    i.schema_name || '.' || i.table_name as relation,
    i.holds,
    i.is_personal,
    i.purpose,
    i.retention::text as retention,
    i.retention_column,
    i.on_erasure
from private.data_inventory as i
order by i.is_personal desc, i.schema_name = 'public' desc, i.schema_name asc, i.table_name asc
